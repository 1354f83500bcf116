import { labelOf, titleOf, type Gate, type Line, type Progress } from '../../workflows/messages.js';
import { marks, seconds, took } from './words.js';

/** What happened between two looks at a run, a line an event; for logs and pipes. */
export function events(before: Progress | undefined, after: Progress): string[] {
  // Whoever reads a log sees nothing of the other hosts, and has to know why.
  const title = !before && after.subject ? [`          ${titleOf(after)}`] : [];
  const seen = new Map((before?.lines ?? []).map((line) => [key(line), line]));
  const steps = after.lines.flatMap((line) =>
    isNews(line) && seen.get(key(line))?.state !== line.state ? [step(line)] : [],
  );
  const gates = after.gates
    .filter((gate) => before?.gates.find(({ name }) => name === gate.name)?.state !== gate.state)
    .flatMap((gate) => gateLine(after.cluster, gate));
  return [...title, ...steps, ...gates];
}

const key = ({ wave = '', id }: Line): string => `${wave}#${id}`;

/** Of a wave under way only what is held: the run itself tells what the wave came to, many hosts in one line. */
const isNews = ({ wave, state }: Line): boolean => (wave === undefined ? state !== 'running' : state === 'held');

function step(line: Line): string {
  const { stage, step: name, state, endedAt, missing = [], warnings = [], ranOn, problem, reason } = line;
  const at = new Date(endedAt ?? line.startedAt ?? 0).toTimeString().slice(0, 8);
  const why =
    problem ??
    reason ??
    (missing.length > 0
      ? missing.slice(0, 3).join('; ') + (missing.length > 3 ? ` and ${missing.length - 3} more` : '')
      : '');
  const said = warnings.map((words) => `\n          warning: ${words}`).join('');
  return `${at}  ${marks[state]} ${stage.padEnd(20)} ${labelOf(line).padEnd(8)} ${name.padEnd(28)} ${state.padEnd(12)} ${seconds(took(line, Date.now())).padStart(8)}  ${ranOn ? `(on ${ranOn}) ` : ''}${why}${said}`.trimEnd();
}

function gateLine(cluster: string, { name, state, plan, approvedBy }: Gate): string[] {
  if (state === 'approved') return [`          gate ${name} approved by ${approvedBy ?? 'somebody'}`];
  if (state !== 'waiting') return [];
  return [
    `          gate ${name} waits for a person; what it lets happen:`,
    ...plan.map((line) => `            ${line}`),
    `          open it with: kha approve ${cluster} ${name}`,
  ];
}
