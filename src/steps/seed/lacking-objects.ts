/**
 * What of wanted objects the API has otherwise, in words, by their fields; what it has besides, such as its own defaults, is no
 * difference. `found`: as kubectl gives several objects, in the order in which they were asked for; undefined where one is not there.
 */
export function lackingObjects(
  wanted: readonly object[],
  found: { readonly items: readonly object[] } | undefined,
): string[] {
  if (!found) return ['not all of it is in the cluster'];
  return wanted.flatMap((one, index) => {
    const { kind, metadata } = one as { kind: string; metadata: { name: string } };
    const field = differing(one, found.items[index]);
    return field === undefined ? [] : [`${kind} ${metadata.name} in the cluster has another ${field}`];
  });
}

/** The first field in which what is found is not as wanted: `spec.template.spec.containers.0.image`. */
function differing(wanted: unknown, found: unknown): string | undefined {
  if (typeof wanted !== 'object' || wanted === null) return wanted === found ? undefined : '';
  // The API leaves out what is empty.
  if (Array.isArray(wanted) && wanted.length === 0 && found === undefined) return undefined;
  if (typeof found !== 'object' || found === null) return '';
  if (Array.isArray(wanted) && wanted.length !== (found as unknown[]).length) return '';
  for (const [key, value] of Object.entries(wanted)) {
    const inner = differing(value, (found as Record<string, unknown>)[key]);
    if (inner !== undefined) return inner === '' ? key : `${key}.${inner}`;
  }
  return undefined;
}
