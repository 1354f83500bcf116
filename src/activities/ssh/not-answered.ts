import { HostFailure } from '../failure.js';

/**
 * The host lets us in and gives no answer. `not begun`: the command was not carried out, so it may be given again at
 * once. `cut off`: it began and nobody knows how far it came. `past limit`: it was ended for taking too long.
 */
export class NotAnswered extends HostFailure {
  readonly how: 'not begun' | 'cut off' | 'past limit';

  constructor(how: NotAnswered['how'], told: { host: string; reason: string; tail?: string; next: string }) {
    super('NotAnswered', told);
    this.how = how;
  }
}
