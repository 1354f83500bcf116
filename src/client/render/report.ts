import { titleOf, type Report } from '../../workflows/messages.js';
import { seconds, type Paint } from './words.js';

/** A run that came to its end, as it reported itself: a line a stage, then what it warned of. */
export function reportText(report: Report, endedAt: Date, colour: Paint): string {
  const { kubernetes, stages, warnings, problems } = report;
  const title = `${titleOf({ operation: 'install', ...report })} · Kubernetes ${kubernetes} · done · ${seconds(report.seconds * 1000)} · ended ${endedAt.toISOString()}`;
  const rows = stages.map(({ stage, seconds: taken, steps }) => {
    const parts = Object.entries(steps).map(([state, count]) => `${count} ${state}`);
    return `${colour('green', '✓')} ${stage.padEnd(22)} ${seconds(taken * 1000).padStart(8)}  ${colour('dim', parts.join(', '))}`;
  });
  return [colour('bold', title), ...rows, ...warnings.map((words) => `! ${words}`), ...problems].join('\n');
}
