/** A document of kubeadm's, or a map in it. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * A document with the spec's fragment in it: maps are merged, lists of named things go on after kha's own, and what kha
 * sets stays. The schema has refused what names it; what is left depends on the host, such as what its kernel lets be set.
 */
export function withFragment<T extends Fields>(own: T, fragment: Fields): T {
  const merged: Record<string, unknown> = { ...own };
  for (const [key, value] of Object.entries(fragment)) {
    const ours = own[key];
    if (ours === undefined) merged[key] = value;
    else if (isMap(ours) && isMap(value)) merged[key] = withFragment(ours, value);
    else if (Array.isArray(ours) && Array.isArray(value))
      merged[key] = [...(ours as unknown[]), ...(value as unknown[])];
  }
  return merged as T;
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
