import { canonical } from '../cluster/ip.js';
import type { Fact } from './fact.js';
import { kubectl } from './kubectl.js';
import { present, sh } from './sh.js';

export interface Certificate {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** Names and addresses that it is good for. */
  readonly names: readonly string[];
  readonly issuer: string;
  readonly subject: string;
}

/** openssl's words on the certificate that it is given on standard input; 1 is what it exits with for one that it cannot read. */
const tell =
  `openssl x509 -noout -enddate -issuer -subject -nameopt RFC2253 -ext subjectAltName 2>/dev/null; ` +
  'code=$?; if [ "$code" -gt 1 ]; then echo "openssl exited $code" >&2; exit 70; fi; ';

/** X.509 certificates by path; what is not there, or openssl says is no certificate, is left out. Needs openssl on the host. */
export const certificates = (paths: readonly string[]): Fact<Map<string, Certificate>> => ({
  command:
    present +
    sh`for path in ${paths}; do if present "$path"; then pem=$(cat -- "$path") || exit 74; echo "== $path"; ` +
    `printf '%s\\n' "$pem" | ${tell}fi; done`,
  parse: ({ stdout }) => parse(stdout),
});

/** The same of the client certificates that kubeconfigs hold; of one that holds none, or only names a file, nothing is told. */
export const clientCertificates = (paths: readonly string[]): Fact<Map<string, Certificate>> => ({
  command:
    present +
    sh`for path in ${paths}; do if present "$path"; then data=$(sed -n 's/^ *client-certificate-data: *//p' "$path") || exit 74; ` +
    `if [ -n "$data" ]; then echo "== $path"; printf '%s\\n' "$data" | base64 -d | ${tell}fi; fi; done`,
  parse: ({ stdout }) => parse(stdout),
});

/** The same of a Secret's field in the cluster; of one that is not there, or where no cluster is, nothing is told. */
export const secretCertificate = (namespace: string, name: string, field: string): Fact<Certificate | undefined> => ({
  command:
    `${present}if present /etc/kubernetes/admin.conf; then ` +
    `data=$(${kubectl(['-n', namespace, 'get', 'secret', name, '--ignore-not-found', '-o', `jsonpath={.data.${field}}`])}) || exit 69; ` +
    `if [ -n "$data" ]; then ${sh`echo ${`== ${name}`}`}; printf '%s\\n' "$data" | base64 -d | ${tell}fi; fi`,
  parse: ({ stdout }) => parse(stdout).get(name),
});

function parse(stdout: string): Map<string, Certificate> {
  const found = new Map<string, Certificate>();
  for (const part of stdout.split(/^== /m).slice(1)) {
    const path = part.slice(0, part.indexOf('\n'));
    const end = /^notAfter=(.*)$/m.exec(part)?.[1];
    if (!end) continue;
    found.set(path, {
      path,
      expires: Date.parse(end),
      // openssl writes every group of an IPv6 address: FD00:0:0:0:0:0:0:11.
      names: [...part.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name = '']) =>
        name.includes(':') ? canonical(name) : name,
      ),
      issuer: /^issuer=(.*)$/m.exec(part)?.[1] ?? '',
      subject: /^subject=(.*)$/m.exec(part)?.[1] ?? '',
    });
  }
  return found;
}
