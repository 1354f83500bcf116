import { basename } from 'node:path';
import { z } from 'zod';

/** What `go mod edit -json` tells of a module, as far as it shapes how the module’s commands are built (go.dev/ref/mod). */
export const goMod = z.object({
  Module: z.object({ Path: z.string() }),
  Go: z.string(),
  Godebug: z.array(z.object({ Key: z.string(), Value: z.string() })).nullish(),
  Replace: z
    .array(
      z.object({
        Old: z.object({ Path: z.string() }),
        New: z.object({ Path: z.string(), Version: z.string().optional() }),
      }),
    )
    .nullish(),
});
export type GoMod = z.output<typeof goMod>;

/** Versions by module path. */
export type Requires = Readonly<Record<string, string>>;

/** What a go.mod requires directly. */
export const requiresOf = (text: string): Requires =>
  Object.fromEntries(
    [...text.matchAll(/^\s*(?:require )?(\S+) (v\S+)$/gm)].map(([, path = '', version = '']) => [path, version]),
  );

/**
 * A go.mod that builds commands of another module as that one’s own go.mod would: its language version, its settings, and
 * its replacements, which Go takes from the main module only. What it replaces by a folder of its own repository is
 * published too: Kubernetes’ staging modules as v0.X.Y beside v1.X.Y, everybody else’s under the module’s own version. A
 * folder that no part of the module’s path is named like is none (etcd forbids modules by such), and is left out.
 * Every other version follows from these (minimal version selection), so no list of them is kept.
 */
export function goModFor(name: string, requires: Requires, entry: GoMod): string {
  const version = requires[entry.Module.Path];
  if (version === undefined)
    throw new Error(`${name} requires ${Object.keys(requires).join(', ')}, not ${entry.Module.Path}`);
  const beside = entry.Module.Path === 'k8s.io/kubernetes' ? version.replace(/^v1\./, 'v0.') : version;
  const replaced = (entry.Replace ?? []).flatMap(({ Old, New }) => {
    if (!/^\.\.?\//.test(New.Path)) return [`\t${Old.Path} => ${New.Path} ${New.Version}`];
    return Old.Path.split('/').includes(basename(New.Path)) ? [`\t${Old.Path} => ${Old.Path} ${beside}`] : [];
  });
  return (
    [
      `module kha.lab/${name}`,
      `go ${entry.Go}`,
      ...(entry.Godebug ?? []).map(({ Key, Value }) => `godebug ${Key}=${Value}`),
      ['require (', ...Object.entries(requires).map(([path, of]) => `\t${path} ${of}`), ')'].join('\n'),
      ...(replaced.length > 0 ? [['replace (', ...replaced, ')'].join('\n')] : []),
    ].join('\n\n') + '\n'
  );
}
