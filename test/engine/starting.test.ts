import { describe, expect, it } from 'vitest';
import { Starting } from '../../src/engine/starting.js';

const second = 1_000;
const whole = { watcher: 1, server: 2, worker: 3 };

describe('a start', () => {
  it.each([
    ['whose processes live', whole, 500, false],
    ['whose processes live and get nowhere', whole, 601, true],
    ['whose worker is not there yet', { ...whole, worker: undefined }, 300, false],
    ['without a watcher', { ...whole, watcher: undefined }, 29, false],
    ['without a watcher', { ...whole, watcher: undefined }, 31, true],
    ['without a server', { ...whole, server: undefined }, 31, true],
  ])('%s: %j after %d s', (_, pids, seconds, vain) =>
    expect(new Starting(0).isVain(pids, seconds * second)).toBe(vain),
  );

  it('whose server dies again and again is vain after half a minute', () => {
    const starting = new Starting(0);
    const looks = Array.from({ length: 31 }, (_, n) => starting.isVain({ ...whole, server: 10 + n }, n * second + 1));
    expect(looks).toEqual([...Array<boolean>(30).fill(false), true]);
  });

  it('whose worker gives up once a minute, as the server is slow, is waited for', () => {
    const starting = new Starting(0);
    const looks = Array.from({ length: 5 }, (_, n) => starting.isVain({ ...whole, worker: 10 + n }, n * 60 * second));
    expect(looks).toEqual(Array<boolean>(5).fill(false));
  });
});
