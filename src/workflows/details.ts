import { hostsOf, labelOf, titleOf, type Gate, type Line, type Progress } from './messages.js';
import { few } from './sizes.js';

/** Rows and plan lines at most, so that the page stays readable. */
const readable = 50;
/** The UI takes 20 KB; a character is three bytes at most. */
const largest = 6_500;

/** What a host has behind it. */
export interface Tally {
  done: number;
  changed: number;
}

/** What the page is made of. */
export interface Shown {
  readonly head: Pick<Progress, 'cluster' | 'kubernetes' | 'operation' | 'mode' | 'subject' | 'phase' | 'stage'>;
  readonly gates: readonly Gate[];
  /** Lines that run or are held. */
  readonly open: ReadonlySet<Line>;
  /** By host. */
  readonly tallies: ReadonlyMap<string, Tally>;
}

/** The run as the Temporal UI shows it on its page: what waits for a person first, then a table of hosts. Below 20 KB. */
export function details({ head, gates, open, tallies }: Shown): string {
  const { cluster, kubernetes, phase, stage } = head;
  const parts = [`**${titleOf(head)}** · Kubernetes ${kubernetes} · ${phase} · ${stage}`];
  for (const gate of gates.filter(({ state }) => state === 'waiting')) {
    parts.push(
      `### Waits for \`kha approve ${cluster} ${gate.name}\`\n${gate.plan
        .slice(0, readable)
        .map((line) => `- ${cell(line)}`)
        .join('\n')}`,
    );
  }
  const held = [...open].filter(({ state }) => state === 'held');
  for (const line of held.slice(0, 10)) {
    parts.push(
      `### ${line.step} is held on ${labelOf(line)}: \`kha retry|skip|abort ${cluster} --step ${line.step} --host ${line.host}\`\n\`\`\`\n${line.problem?.slice(0, 800) ?? ''}\n\`\`\``,
    );
  }
  if (held.length > 10) parts.push(`… and ${held.length - 10} more`);
  const all = tallies.size <= few;
  const rows = all ? hostRows(tallies, open) : [...open].slice(0, readable).map((line) => lineRow(line, tallies));
  parts.push(['| host | done | changed | now |', '|---|---|---|---|', ...rows].join('\n'));
  const busy = [...open].reduce((count, line) => count + hostsOf(line).length, 0);
  if (!all)
    parts.push(`${tallies.size - Math.min(busy, tallies.size)} of ${tallies.size} hosts have nothing under way.`);
  return parts.join('\n\n').slice(0, largest);
}

/** Every host of a small cluster. */
function hostRows(tallies: ReadonlyMap<string, Tally>, open: ReadonlySet<Line>): string[] {
  const now = new Map<string, string[]>();
  for (const line of open) now.set(line.host, [...(now.get(line.host) ?? []), doing(line)]);
  const hosts = [...tallies.keys(), ...[...now.keys()].filter((host) => !tallies.has(host))];
  return hosts.map((host) => row(host, tallies.get(host), (now.get(host) ?? []).join(', ')));
}

/** Of a large cluster only what is under way. */
const lineRow = (line: Line, tallies: ReadonlyMap<string, Tally>): string =>
  row(labelOf(line), tallies.get(line.host), doing(line));

const row = (host: string, { done, changed }: Tally = { done: 0, changed: 0 }, now: string): string =>
  `| ${host} | ${done} | ${changed} | ${now} |`;

const doing = ({ step, state }: Line): string => (state === 'held' ? `**${step} held**` : step);

const cell = (text: string): string => text.replaceAll('|', '\\|').slice(0, 300);
