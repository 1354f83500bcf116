import { createRequire } from 'node:module';

/** kha's version, as package.json has it; from there for compiled code and sources alike. */
export const { version } = createRequire(import.meta.url)('#package') as { readonly version: string };
