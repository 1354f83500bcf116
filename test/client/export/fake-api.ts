import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { madeAuthority } from '../../certificates.js';

/** How a path is answered: JSON, another status, or a connection that is cut after half of it. */
export type Answer = object | { readonly status: number; readonly message: string } | 'cut';

export interface FakeApi {
  readonly kubeconfig: string;
  /** A kubeconfig with the same place, and another authority. */
  readonly stranger: string;
  /** Every path that was asked for, in order. */
  readonly asked: string[];
  readonly end: () => void;
}

const ec = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

/**
 * An API server over https that wants a client certificate. Answers of a path are given in turn, the last again and again;
 * a path that it was not told of is answered by 418, which no caller takes for anything.
 */
export async function fakeApi(answers: Readonly<Record<string, readonly Answer[]>>): Promise<FakeApi> {
  const server = madeAuthority({ key: ec, ca: false, more: ['-days', '2', '-addext', 'subjectAltName=IP:127.0.0.1'] });
  const admin = madeAuthority({ key: ec, ca: false, more: ['-days', '2'] });
  const other = madeAuthority({ key: ec });
  const asked: string[] = [];
  const given = new Map<string, number>();
  const options = { cert: server.cert, key: server.key, ca: admin.cert, requestCert: true, rejectUnauthorized: true };
  const listening = createServer(options, (request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const turns = answers[path];
    const turn = given.get(path) ?? 0;
    given.set(path, turn + 1);
    const answer = turns?.[Math.min(turn, turns.length - 1)] ?? { status: 418, message: `not told of ${path}` };
    if (answer === 'cut') {
      response.writeHead(200, { 'content-length': '1000' }).write('{"items":[');
      return void setTimeout(() => response.destroy(), 20);
    }
    const status = 'status' in answer && typeof answer.status === 'number' ? answer.status : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const kubeconfig = (ca: string): string =>
    JSON.stringify({
      kind: 'Config',
      clusters: [
        { name: 'old', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': base64(ca) } },
      ],
      users: [
        {
          name: 'admin',
          user: { 'client-certificate-data': base64(admin.cert), 'client-key-data': base64(admin.key) },
        },
      ],
      contexts: [{ name: 'old', context: { cluster: 'old', user: 'admin' } }],
      'current-context': 'old',
    });
  return {
    kubeconfig: kubeconfig(server.cert),
    stranger: kubeconfig(other.cert),
    asked,
    end: () => void listening.close().closeAllConnections(),
  };
}
