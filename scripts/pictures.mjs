// Takes the README's pictures of a run that is under way or over: the terminal (by tmux) and the Temporal UI (by Debian's
// Chromium). Run after `npm start`:  node scripts/pictures.mjs [CLUSTER]      needs: apt-get install tmux chromium
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './setup.mjs';

const cluster = process.argv[2] ?? 'lab';
const size = { columns: 110, rows: 28 };
const folder = mkdtempSync(join(tmpdir(), 'kha-pictures-'));
const kha = join(root, 'bin/kha.js');

/** A page as Chromium shows it, once what it loads has settled. */
function shoot(url, file, width, height) {
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--hide-scrollbars',
  ];
  execFileSync(
    'chromium',
    [
      ...flags,
      `--user-data-dir=${join(folder, 'profile')}`,
      `--window-size=${width},${height}`,
      '--virtual-time-budget=15000',
      `--screenshot=${join(root, 'docs/pictures', file)}`,
      url,
    ],
    { stdio: 'ignore' },
  );
}

/** The terminal's cells as HTML: the few colours that kha uses. */
function page(text) {
  const colours = {
    1: 'font-weight:bold',
    2: 'color:#8b949e',
    31: 'color:#ff7b72',
    32: 'color:#7ee787',
    33: 'color:#f2cc60',
    36: 'color:#79c0ff',
  };
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  let open = 0;
  const body = escaped.replaceAll(/\u001b\[([\d;]*)m/g, (_, codes) => {
    const styles = codes
      .split(';')
      .map((code) => colours[Number(code)])
      .filter(Boolean);
    if (styles.length === 0) return '</span>'.repeat(open) + ((open = 0), '');
    open += 1;
    return `<span style="${styles.join(';')}">`;
  });
  return `<!doctype html><meta charset="utf-8"><body style="margin:0;background:#0d1117;color:#e6edf3;font:14px/1.35 'DejaVu Sans Mono',monospace"><pre style="padding:16px;margin:0">${body}</pre>`;
}

try {
  const tmux = (...args) => execFileSync('tmux', ['-L', 'kha-pictures', ...args], { encoding: 'utf8' });
  tmux(
    'new-session',
    '-d',
    '-x',
    String(size.columns),
    '-y',
    String(size.rows),
    `${process.execPath} ${kha} watch ${cluster}; sleep 60`,
  );
  await sleep(4_000);
  writeFileSync(join(folder, 'terminal.html'), page(tmux('capture-pane', '-e', '-p')));
  tmux('kill-server');
  shoot(`file://${join(folder, 'terminal.html')}`, 'terminal.png', 980, 560);
  const ui = execFileSync(process.execPath, [kha, 'ui', cluster], { encoding: 'utf8' }).trim();
  shoot(ui, 'temporal-ui.png', 1400, 1000);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
