/** Where a worker tells Prometheus of itself: HOST:PORT, whose /metrics it then answers. */
export const metricsVariable = 'KHA_METRICS';

/** The address that the environment names; undefined where it names none. Throws on one that is none. */
export function metricsAddress(): string | undefined {
  const address = process.env[metricsVariable];
  if (!address) return undefined;
  const port = Number(/^(?:\[[0-9a-f:.]+\]|[0-9.]+):(\d{1,5})$/i.exec(address)?.[1]);
  if (!(port > 0 && port < 65536))
    throw new Error(
      `${metricsVariable} is ${JSON.stringify(address)}, and wants an IP address and a port: 127.0.0.1:9464`,
    );
  return address;
}
