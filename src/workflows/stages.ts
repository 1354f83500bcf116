import { hostsOf, type Line, type LineState, type StageReport } from './messages.js';

/** What each stage came to, in the order in which they began. */
export function stageReports(lines: readonly Line[]): StageReport[] {
  const stages = new Map<string, Line[]>();
  for (const line of lines) stages.set(line.stage, [...(stages.get(line.stage) ?? []), line]);
  return [...stages].map(([stage, own]) => {
    const begun = Math.min(...own.map(({ startedAt = Infinity }) => startedAt));
    const ended = Math.max(...own.map(({ endedAt = 0 }) => endedAt));
    const steps: Partial<Record<LineState, number>> = {};
    for (const line of own) steps[line.state] = (steps[line.state] ?? 0) + hostsOf(line).length;
    return { stage, seconds: Math.max(0, Math.round((ended - begun) / 100) / 10), steps };
  });
}
