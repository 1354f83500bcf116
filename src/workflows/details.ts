import type { Line, Progress } from './messages.js';

/** Hosts that a table still shows one by one; with more only those that need an eye are shown. */
const readable = 50;

/** The run as the Temporal UI shows it on its page: what waits for a person first, then a table of hosts. Below 20 KB. */
export function details(progress: Progress): string {
  const { cluster, kubernetes, operation, mode, phase, stage, lines, gates } = progress;
  const parts = [
    `**${operation} ${cluster}** · Kubernetes ${kubernetes}${mode === 'plan' ? ' · plan' : ''} · ${phase} · ${stage}`,
  ];
  for (const gate of gates.filter(({ state }) => state === 'waiting')) {
    parts.push(
      `### Waits for \`kha approve ${cluster} ${gate.name}\`\n${gate.plan
        .slice(0, readable)
        .map((line) => `- ${cell(line)}`)
        .join('\n')}`,
    );
  }
  const held = lines.filter(({ state }) => state === 'held');
  for (const { step, host, problem } of held.slice(0, 10)) {
    parts.push(
      `### ${step} is held on ${host}: \`kha retry|skip|abort ${cluster} --step ${step} --host ${host}\`\n\`\`\`\n${problem?.slice(0, 800) ?? ''}\n\`\`\``,
    );
  }
  if (held.length > 10) parts.push(`… and ${held.length - 10} more`);
  const byHost = new Map<string, Line[]>();
  for (const line of lines) {
    const own = byHost.get(line.host);
    if (own) own.push(line);
    else byHost.set(line.host, [line]);
  }
  const rows = [...byHost].map(([host, own]) => row(host, own));
  const shown = rows.length > readable ? rows.filter(({ busy }) => busy).slice(0, readable) : rows;
  parts.push(['| host | done | changed | now |', '|---|---|---|---|', ...shown.map(({ text }) => text)].join('\n'));
  if (shown.length < rows.length) parts.push(`${rows.length - shown.length} more hosts have nothing under way.`);
  return parts.join('\n\n').slice(0, 19_000);
}

function row(host: string, lines: readonly Line[]): { text: string; busy: boolean } {
  const count = (...states: Line['state'][]): number => lines.filter(({ state }) => states.includes(state)).length;
  const now = lines
    .filter(({ state }) => state === 'running' || state === 'held')
    .map(({ step, state }) => (state === 'held' ? `**${step} held**` : step));
  return {
    text: `| ${host} | ${count('done')} | ${count('changed', 'would change')} | ${now.join(', ')} |`,
    busy: now.length > 0,
  };
}

const cell = (text: string): string => text.replaceAll('|', '\\|').slice(0, 300);
