import * as steps from '../../steps/index.js';
import type { Progress } from '../../workflows/messages.js';

const does = new Map(Object.values(steps).map((step) => [step.name, step.does]));

export interface PlanFacts {
  readonly cluster: string;
  readonly kubernetes: string;
  readonly changes: readonly {
    readonly stage: string;
    readonly host: string;
    readonly step: string;
    readonly does: string;
    readonly missing: readonly string[];
  }[];
  readonly problems: readonly { readonly host: string; readonly step: string; readonly problem: string }[];
  readonly warnings: readonly { readonly host: string; readonly warning: string }[];
}

export function planFacts({ cluster, kubernetes, lines }: Progress): PlanFacts {
  return {
    cluster,
    kubernetes,
    changes: lines
      .filter(({ state }) => state === 'would change')
      .map(({ stage, host, step, missing = [] }) => ({ stage, host, step, does: does.get(step) ?? '', missing })),
    problems: lines.flatMap(({ state, host, step, problem }) =>
      state === 'failed' ? [{ host, step, problem: problem ?? '' }] : [],
    ),
    warnings: lines.flatMap(({ host, warnings = [] }) => warnings.map((warning) => ({ host, warning }))),
  };
}

/** The plan in words, host by host within each stage. */
export function planText({ cluster, kubernetes, changes, problems, warnings }: PlanFacts): string {
  const parts: string[] = [];
  for (const stage of [...new Set(changes.map((change) => change.stage))]) {
    const rows = changes
      .filter((change) => change.stage === stage)
      .map(
        ({ host, step, missing }) =>
          `  ~ ${host.padEnd(8)} ${step.padEnd(28)} ${missing.slice(0, 3).join('; ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}`,
      );
    parts.push([stage, ...rows].join('\n'));
  }
  if (warnings.length > 0)
    parts.push(['Warnings', ...warnings.map(({ host, warning }) => `  ! ${host.padEnd(8)} ${warning}`)].join('\n'));
  if (problems.length > 0)
    parts.push(
      ['Problems', ...problems.map(({ problem }) => `  ✗ ${problem.replaceAll('\n\n', '\n    ')}`)].join('\n'),
    );
  const hosts = new Set(changes.map(({ host }) => host)).size;
  const ahead =
    changes.length === 0 ? 'nothing to do' : `${changes.length} steps on ${hosts} hosts would change something`;
  parts.push(
    `${cluster}, Kubernetes ${kubernetes}: ${ahead}${problems.length > 0 ? `; ${problems.length} problems would stop an install` : ''}`,
  );
  return parts.join('\n\n');
}
