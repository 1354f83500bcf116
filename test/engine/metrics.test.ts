import { expect, it, vi } from 'vitest';
import { metricsAddress } from '../../src/engine/metrics.js';

it.each(['127.0.0.1:9464', '[::1]:9464'])('%s is an address for metrics', (address) => {
  vi.stubEnv('KHA_METRICS', address);
  expect(metricsAddress()).toBe(address);
});

it.each(['yes', '9464', '127.0.0.1:0', '127.0.0.1:99999'])('%s is none', (address) => {
  vi.stubEnv('KHA_METRICS', address);
  expect(metricsAddress).toThrow(`KHA_METRICS is "${address}", and wants an IP address and a port`);
});
