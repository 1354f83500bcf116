/** Hosts by name, each opened once: all that one of them is asked at the same time goes to it together. */
export function oneOfEach<H>(open: (name: string) => H): (name: string) => H {
  const hosts = new Map<string, H>();
  return (name) => {
    const host = hosts.get(name) ?? open(name);
    hosts.set(name, host);
    return host;
  };
}
