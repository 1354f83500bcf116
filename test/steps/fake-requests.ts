import type { RequestsToWrite, Signed } from '../../src/steps/requests.js';

/** A folder of requests in which whatever was asked for is signed at once, unless a test says otherwise. */
export class FakeRequests implements RequestsToWrite {
  readonly place = '/srv/requests';
  readonly files = new Map<string, string>();
  found: string[] = [];
  answer: (path: string) => Signed = (path) =>
    this.files.has(`${path}.csr`) ? { cert: `the certificate ${path}\n`, flaws: [] } : { flaws: [] };

  flaws = (): Promise<string[]> => Promise.resolve(this.found);
  request = (path: string): Promise<string | undefined> => Promise.resolve(this.files.get(`${path}.csr`));
  signed = (path: string): Promise<Signed> => Promise.resolve(this.answer(path));

  ask(path: string, csr: string): Promise<void> {
    this.files.set(`${path}.csr`, csr);
    return Promise.resolve();
  }

  note(path: string, text: string): Promise<void> {
    this.files.set(path, text);
    return Promise.resolve();
  }
}
