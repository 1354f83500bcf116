/** Version of an operation's input; grows when the input changes so that an older kha could not carry it out. */
export const inputVersion = 1;
