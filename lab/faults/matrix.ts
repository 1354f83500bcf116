import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { faults, type Outcome } from './case.js';

const opening = `# Durability

What was broken while a cluster was being installed, and what became of it. Written by \`npm run test:faults\`, which installs on fresh lab hosts (three control planes, one worker) for every row, breaks one thing once the step runs, and then asks the hosts themselves: their journals, etcd, the API.

*For* ends when the break is over: for a killed process, when the watcher has started another. *Going on* is the time from there until the run's next attempt began or next step ended. *Held* counts the steps that asked a person; each went on after \`kha retry …\`. At *every step* hosts are odd from the beginning; *a standing cluster* was installed first, and audited before and after.

| broken | at step | on | for | going on | install | held | kubeadm starts | result |
|---|---|---|---|---|---|---|---|---|
`;
const example = '\nWhat a step says while it holds:\n\n';

/** Keeps the rows of other faults and steps, and puts these in the place of their like. */
export async function writeMatrix(file: string, outcomes: readonly Outcome[]): Promise<void> {
  const old = existsSync(file) ? await readFile(file, 'utf8') : '';
  const rows = new Map(
    old
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => [keyOf(line), line]),
  );
  for (const outcome of outcomes) rows.set(keyOf(row(outcome)), row(outcome));
  const order = Object.keys(faults);
  const rank = (line: string): number => order.indexOf(/`([^`]+)`/.exec(line)?.[1] ?? '');
  const sorted = [...rows.values()].sort((one, other) => rank(one) - rank(other));
  const said = outcomes.flatMap(({ held }) => held).find(Boolean);
  const words = said ? `\`\`\`\n${said.slice(0, 600)}\n\`\`\`\n` : old.split(example)[1];
  await writeFile(file, `${opening}${sorted.join('\n')}\n${words ? example + words : ''}`);
}

const keyOf = (line: string): string => line.split('|').slice(1, 3).join('|');
const row = ({ fault, step, host, broken, goingOn, install, held, kubeadmStarts, problems }: Outcome): string =>
  `| \`${fault}\`: ${faults[fault]!.does} | ${step} | ${host} | ${inSeconds(broken)} | ${inSeconds(goingOn)} | ${install} s | ${held.length} | ${kubeadmStarts} | ${problems.length === 0 ? 'Ready' : `**failed**: ${problems.join('; ').replaceAll(/[|\n]/g, ' ').slice(0, 200)}`} |`;
const inSeconds = (time: number | undefined): string => (time === undefined ? '–' : `${time} s`);
