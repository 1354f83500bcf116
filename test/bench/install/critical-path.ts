import { hostsOf, type Line } from '../../../src/workflows/messages.js';

/** What a run's time went to, in seconds from its start. */
export interface Span {
  readonly stage: string;
  readonly step: string;
  readonly host: string;
  readonly from: number;
  readonly to: number;
}

export const spans = (lines: readonly Line[], startedAt: number): Span[] =>
  lines.flatMap(({ stage, step, startedAt: from, endedAt: to, ...of }) =>
    from === undefined || to === undefined
      ? []
      : hostsOf(of).map((host) => ({
          stage,
          step,
          host,
          from: (from - startedAt) / 1000,
          to: (to - startedAt) / 1000,
        })),
  );

/** Those that the end waited for: from the last one back, each time the one whose end came last before its beginning. */
export function criticalPath(all: readonly Span[]): Span[] {
  const path: Span[] = [];
  let before = Infinity;
  for (;;) {
    const next = all
      .filter(({ from, to }) => to <= before && from < to)
      .reduce<Span | undefined>((last, one) => (!last || one.to > last.to ? one : last), undefined);
    if (!next) return path.reverse();
    path.push(next);
    before = next.from;
  }
}

/** Seconds of a run in which no step was at work on any host. */
export function idle(all: readonly Span[], end: number): number {
  let [free, until] = [0, 0];
  for (const { from, to } of [...all].sort((a, b) => a.from - b.from)) {
    free += Math.max(0, from - until);
    until = Math.max(until, to);
  }
  return free + Math.max(0, end - until);
}

const [left, width, height] = [240, 900, 14];

/** One bar a step and host in the order of their beginnings, those of the critical path dark. An SVG. */
export function picture(all: readonly Span[], end: number): string {
  const path = new Set(criticalPath(all));
  // Looks that found all done are too short to be seen.
  const shown = all.filter((span) => path.has(span) || span.to - span.from > end / 200).sort((a, b) => a.from - b.from);
  const x = (seconds: number): string => (left + (seconds / end) * width).toFixed(1);
  const rows = shown.map((span, index) => {
    const y = 20 + index * height;
    const bar = `<rect x="${x(span.from)}" y="${y}" width="${(((span.to - span.from) / end) * width).toFixed(1)}" height="${height - 3}" fill="${path.has(span) ? '#b3382c' : '#9db8d2'}"/>`;
    return `<text x="${left - 6}" y="${y + height - 5}" text-anchor="end">${span.step} · ${span.host}</text>${bar}<text x="${x(span.to)}" y="${y + height - 5}" dx="3">${(span.to - span.from).toFixed(1)}</text>`;
  });
  const bottom = 20 + shown.length * height;
  const marks = Array.from({ length: Math.floor(end / 10) + 1 }, (_, n) => n * 10).map(
    (at) =>
      `<line x1="${x(at)}" y1="14" x2="${x(at)}" y2="${bottom}" stroke="#ddd"/><text x="${x(at)}" y="10">${at} s</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 60}" height="${bottom + 10}" font-family="sans-serif" font-size="10">\n<rect width="100%" height="100%" fill="#fff"/>\n${[...marks, ...rows].join('\n')}\n</svg>\n`;
}
