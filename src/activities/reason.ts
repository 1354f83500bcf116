import { knownCause } from './known-cause.js';

const telling = [
  /^error execution phase.*$/m,
  /^\s*\[ERROR [^\]]+\].*$/m,
  /^(?:error|fatal|E):.*\S.*$/im,
  /^.*(?:cannot|failed|denied|no such|not found|refused).*$/im,
];

/** The first error in an output: what comes after it is most often only its consequence. */
export function reasonOf(output: string): string {
  const known = knownCause(output)?.words;
  if (known) return known.slice(0, 300);
  const errors = telling.map((pattern) => pattern.exec(output)).filter((match) => match !== null);
  // kubeadm names the phase first and the reason after it; its preflight lists the errors below.
  const preflight = /^\s*\[ERROR [^\]]+\].*$/m.exec(output)?.[0];
  const first = preflight ?? errors[0]?.[0] ?? output.trim().split('\n').at(-1) ?? '';
  return first.trim().slice(0, 300) || 'it printed nothing';
}
