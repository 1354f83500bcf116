import { hostsOf, labelOf, titleOf, type Line, type Progress } from '../../workflows/messages.js';
import { marks, seconds, took, type Paint } from './words.js';

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** The run as it stands on a terminal: finished stages in a line each, the running one host by host. Never more rows than fit. */
export function frame(progress: Progress, now: number, { rows, columns }: Size, colour: Paint): string[] {
  const { kubernetes, phase, lines, startedAt, endedAt } = progress;
  const title = `${titleOf(progress)} · Kubernetes ${kubernetes} · ${phase} · ${seconds((endedAt ?? now) - startedAt)}`;
  const stages = [...new Set(lines.map(({ stage }) => stage))];
  const body = stages.flatMap((stage) => {
    const mine = lines.filter((line) => line.stage === stage);
    const open = mine.some(({ state }) => state === 'running' || state === 'held');
    return open ? opened(stage, mine, now, colour) : [closed(stage, mine, colour)];
  });
  // The newest is what a person wants to see: what does not fit goes from the top.
  const room = Math.max(3, rows - 2);
  const shown =
    body.length > room
      ? [colour('dim', `… ${body.length - room + 1} lines above`), ...body.slice(body.length - room + 1)]
      : body;
  return [colour('bold', title), ...shown].map((text) => cut(text, columns));
}

function closed(stage: string, lines: readonly Line[], colour: Paint): string {
  const begun = Math.min(...lines.map(({ startedAt }) => startedAt ?? Infinity));
  const ended = Math.max(...lines.map(({ endedAt }) => endedAt ?? 0));
  const count = (state: Line['state']): number =>
    lines.reduce((sum, line) => sum + (line.state === state ? hostsOf(line).length : 0), 0);
  const parts = (['changed', 'would change', 'done', 'skipped', 'failed', 'held'] as const)
    .filter((state) => count(state) > 0)
    .map((state) => `${count(state)} ${state}`);
  const bad = count('failed') + count('cancelled') > 0;
  return `${colour(bad ? 'red' : 'green', bad ? '✗' : '✓')} ${stage.padEnd(22)} ${seconds(Math.max(0, ended - begun)).padStart(8)}  ${colour('dim', parts.join(', '))}`;
}

/** What one host, or a batch of them, is at in the stage that is under way. */
interface Row {
  readonly current: Line;
  readonly ended: number;
}

/** Up to so many rows each host has its own; beyond, only those that a person wants to see, so many of a kind. */
const [every, some] = [30, 10];

function opened(stage: string, lines: readonly Line[], now: number, colour: Paint): string[] {
  const ofHost = new Map<string, Line[]>();
  for (const line of lines) ofHost.set(line.host, [...(ofHost.get(line.host) ?? []), line]);
  const rows = [...ofHost.values()].map((mine): Row => ({
    current: mine.find(({ state }) => isOpen(state)) ?? mine.at(-1)!,
    ended: mine.filter(({ state }) => !isOpen(state)).length,
  }));
  const title = `${colour('yellow', '…')} ${colour('bold', stage)}`;
  if (rows.length <= every) return [title, ...rows.map((one) => row(one, now, colour))];
  const shown = (['held', 'failed', 'running'] as const).flatMap((state) =>
    rows
      .filter(({ current }) => current.state === state)
      .sort((a, b) => took(b.current, now) - took(a.current, now))
      .slice(0, some),
  );
  return [`${title}  ${colour('dim', tally(rows))}`, ...shown.map((one) => row(one, now, colour))];
}

const isOpen = (state: Line['state']): boolean => state === 'running' || state === 'held';

/** How many hosts are under way, wait for a person, failed, or are through. */
function tally(rows: readonly Row[]): string {
  const count = (are: (state: Line['state']) => boolean): number =>
    rows.reduce((sum, { current }) => sum + (are(current.state) ? hostsOf(current).length : 0), 0);
  const parts: [number, string][] = [
    [count((state) => state === 'held'), 'held'],
    [count((state) => state === 'failed'), 'failed'],
    [count((state) => state === 'running'), 'under way'],
    [count((state) => !isOpen(state) && state !== 'failed'), 'with nothing under way'],
  ];
  return `hosts: ${parts.flatMap(([number, words]) => (number > 0 ? [`${number} ${words}`] : [])).join(', ')}`;
}

function row({ current, ended }: Row, now: number, colour: Paint): string {
  const mark = colour(
    current.state === 'held' ? 'red' : current.state === 'running' ? 'yellow' : 'green',
    marks[current.state],
  );
  const problem = current.state === 'held' ? `; ${current.problem?.split('\n')[0] ?? ''}` : '';
  return `  ${mark} ${labelOf(current).padEnd(8)} ${current.step.padEnd(28)} ${seconds(took(current, now)).padStart(8)}  ${colour('dim', `${ended} ended${problem}`)}`;
}

/** Cut to the terminal's width, leaving colour sequences whole. */
function cut(text: string, columns: number): string {
  let width = 0;
  let result = '';
  for (const part of text.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b')) result += part;
    else {
      result += [...part].slice(0, Math.max(0, columns - width)).join('');
      width += [...part].length;
    }
  }
  return result;
}
