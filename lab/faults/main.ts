import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stopEngine } from '../../src/engine/engine.js';
import * as steps from '../../src/steps/index.js';
import { ofSeedOnly } from '../../src/steps/variants.js';
import { labDown } from '../index.js';
import { seedProfile } from '../../src/cluster/seed-versions.js';
import { faults, runCase, type Outcome } from './case.js';
import { writeMatrix } from './matrix.js';

const usage = `npm run test:faults -- --fault FAULT [--fault FAULT …] [--step STEP]   these; without --step at the fault's own step
npm run test:faults -- --all   every fault, and docs/durability.md
npm run test:faults -- --profile ${seedProfile} …   the same of the seed's own cluster; with --all those of its own steps

Faults:
${Object.entries(faults)
  .map(([name, { does, at }]) => `  ${name.padEnd(18)} ${does} (at ${at})`)
  .join('\n')}
Steps: ${Object.keys(steps).join(', ')}`;

/** What is broken at steps that only the seed's own cluster has. */
const ofSeed: readonly [fault: string, step: string][] = [
  ['freeze-docker', 'pullDockerImages'],
  ['stop-docker', 'pullDockerImages'],
  ['fill-disk', 'pullDockerImages'],
  ['kill-both', 'createSharedCertificates'],
  ['freeze-host', 'copyCertificateAuthorities'],
  ['kill-worker', 'copyCertificateAuthorities'],
  ['kill-worker', 'layEtcdPod'],
  ['kill-worker', 'startEtcdPod'],
  ['power-off', 'initMaster'],
  ['lost-answer', 'initMaster'],
  ['kill-worker', 'installEtcdCalico'],
  ['kill-worker', 'joinWithToken'],
  ['kill-worker', 'restartKubeProxy'],
  ['kill-worker', 'pointEveryKubeletAtEndpoint'],
];

const { values } = parseArgs({
  options: {
    step: { type: 'string' },
    fault: { type: 'string', multiple: true },
    all: { type: 'boolean' },
    profile: { type: 'string' },
  },
});
const { profile } = values;
const matrix = profile === undefined ? 'durability.md' : 'durability-1.9.md';

/** Which cases were asked for; undefined when it cannot be made out. */
function wanted(): readonly [fault: string, step: string][] | undefined {
  const { step, fault = [], all } = values;
  if (profile !== undefined && profile !== seedProfile) return undefined;
  if (all && profile !== undefined) return ofSeed;
  const others = new Set(ofSeedOnly().map(({ name }) => name));
  if (all)
    return Object.entries(faults).flatMap(([name, { at }]): [string, string][] => (others.has(at) ? [] : [[name, at]]));
  if (fault.length === 0 || fault.some((name) => !(name in faults)) || (step !== undefined && !(step in steps)))
    return undefined;
  return fault.map((name) => [name, step ?? faults[name]!.at]);
}

const cases = wanted();
if (!cases) {
  console.error(usage);
  process.exit(2);
}
const count = { passed: 0, failed: 0 };
const outcomes: Outcome[] = [];
try {
  for (const [fault, step] of cases) {
    console.log(`· ${fault} at ${step}`);
    const outcome = await runCase(fault, step, profile);
    outcomes.push(outcome);
    const { broken, goingOn, install, held, problems } = outcome;
    count[problems.length === 0 ? 'passed' : 'failed'] += 1;
    console.log(
      `${problems.length === 0 ? '✓' : '✗'} ${fault} at ${step} on ${outcome.host}: broken for ${broken ?? '–'} s, went on after ${goingOn ?? '–'} s, held ${held.length} times, installed in ${install} s`,
    );
    for (const words of [...held, ...problems]) console.log(words.replaceAll(/^/gm, '    '));
    await writeMatrix(fileURLToPath(new URL(`../../../docs/${matrix}`, import.meta.url)), outcomes);
  }
} finally {
  await stopEngine();
  await labDown('faults', () => undefined);
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed > 0 ? 1 : 0;
