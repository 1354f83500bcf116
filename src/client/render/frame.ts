import { hostsOf, labelOf, type Line, type Progress } from '../../workflows/messages.js';
import { marks, seconds, took, type Paint } from './words.js';

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** The run as it stands on a terminal: finished stages in a line each, the running one host by host. Never more rows than fit. */
export function frame(progress: Progress, now: number, { rows, columns }: Size, colour: Paint): string[] {
  const { cluster, kubernetes, operation, mode, phase, lines, startedAt, endedAt } = progress;
  const title = `${mode === 'plan' ? 'plan of' : operation} ${cluster} · Kubernetes ${kubernetes} · ${phase} · ${seconds((endedAt ?? now) - startedAt)}`;
  const stages = [...new Set(lines.map(({ stage }) => stage))];
  const body = stages.flatMap((stage) => {
    const mine = lines.filter((line) => line.stage === stage);
    const open = mine.some(({ state }) => state === 'running' || state === 'held');
    return stage === progress.stage && open ? opened(stage, mine, now, colour) : [closed(stage, mine, colour)];
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

function opened(stage: string, lines: readonly Line[], now: number, colour: Paint): string[] {
  const hosts = [...new Set(lines.map(({ host }) => host))];
  const rows = hosts.map((host) => {
    const mine = lines.filter((line) => line.host === host);
    const ended = mine.filter(({ state }) => state !== 'running' && state !== 'held').length;
    const current = mine.find(({ state }) => state === 'held' || state === 'running') ?? mine.at(-1)!;
    const mark = colour(
      current.state === 'held' ? 'red' : current.state === 'running' ? 'yellow' : 'green',
      marks[current.state],
    );
    return `  ${mark} ${labelOf(current).padEnd(8)} ${current.step.padEnd(28)} ${seconds(took(current, now)).padStart(8)}  ${colour('dim', `${ended} ended${current.state === 'held' ? `; ${current.problem?.split('\n')[0] ?? ''}` : ''}`)}`;
  });
  return [`${colour('yellow', '…')} ${colour('bold', stage)}`, ...rows];
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
