import { styleText } from 'node:util';
import type { Line } from '../../workflows/messages.js';

/** Colour only where a person looks at it (no-color.org). */
export const coloured = (stream: { isTTY?: boolean } = process.stdout): boolean =>
  stream.isTTY === true && !process.env['NO_COLOR'];

export type Paint = (style: 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold', text: string) => string;
export const paint =
  (colour: boolean): Paint =>
  (style, text) =>
    colour ? styleText(style, text) : text;

export function seconds(milliseconds: number): string {
  const whole = milliseconds / 1000;
  if (whole < 60) return `${whole.toFixed(1)} s`;
  return `${Math.floor(whole / 60)} min ${Math.round(whole % 60)} s`;
}

export const took = ({ startedAt, endedAt }: Pick<Line, 'startedAt' | 'endedAt'>, now: number): number =>
  (endedAt ?? now) - (startedAt ?? now);

export const marks: Record<Line['state'], string> = {
  running: '…',
  held: '!',
  skipped: '»',
  failed: '✗',
  cancelled: '✗',
  done: '✓',
  changed: '✓',
  'would change': '~',
};
