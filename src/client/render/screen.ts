import { clearScreenDown, moveCursor } from 'node:readline';
import type { Progress } from '../../workflows/messages.js';
import { events } from './events.js';
import { frame } from './frame.js';
import { coloured, paint } from './words.js';

/** Where a run is shown: a tree that redraws itself on a terminal, a line an event elsewhere. */
export interface Screen {
  show(progress: Progress): void;
  note(words: string): void;
  /** Leaves what is drawn, so that something else can be printed below it. */
  pause(): void;
  end(words?: string): void;
}

export const screen = (interactive: boolean): Screen => (interactive ? tree() : log());

function tree(): Screen {
  const colour = paint(coloured());
  let drawn = 0;
  const wipe = (): void => {
    if (drawn > 0) moveCursor(process.stdout, 0, -drawn);
    clearScreenDown(process.stdout);
    drawn = 0;
  };
  let said = '';
  return {
    show(progress) {
      wipe();
      const { rows = 24, columns = 80 } = process.stdout;
      const lines = frame(progress, Date.now(), { rows: rows - 1, columns }, colour);
      process.stdout.write(`${lines.join('\n')}\n`);
      drawn = lines.length;
      said = '';
    },
    note(words) {
      if (said !== words) process.stdout.write(`${colour('yellow', words)}\n`);
      if (said !== words) drawn += drawn > 0 ? 1 : 0;
      said = words;
    },
    pause: () => (drawn = 0),
    end(words) {
      drawn = 0;
      if (words) process.stdout.write(`${words}\n`);
    },
  };
}

function log(): Screen {
  let before: Progress | undefined;
  let said = '';
  return {
    show(progress) {
      // The progress object is a fresh copy at every query, so the one before is kept as it was.
      for (const line of events(before, progress)) console.log(line);
      before = progress;
      said = '';
    },
    note(words) {
      if (said !== words) console.log(words);
      said = words;
    },
    pause: () => undefined,
    end(words) {
      if (words) console.log(words);
    },
  };
}
