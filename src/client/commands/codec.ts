import { Command } from 'commander';
import { UsageError } from '../explain.js';

export const codecCommand = (): Command =>
  new Command('codec')
    .description('Serve the Temporal UI with decrypted payloads, on this machine only')
    .option('--port <port>', 'port on 127.0.0.1', '8234')
    .option('--origin <url>', 'address of the UI, whose pages may read them; the engine’s if left out')
    .addHelpText('after', '\nExample:\n  KHA_ENCRYPTION_KEYS=~/.kha-keys kha codec --port 8234')
    .action(async ({ port, origin }: { port: string; origin?: string }) => {
      const [{ EncryptionCodec, keysVariable, readKeys }, { codecServer }, { knownEngine }] = await Promise.all([
        import('../../engine/encryption.js'),
        import('../../engine/codec-server.js'),
        import('../../engine/engine.js'),
      ]);
      const file = process.env[keysVariable];
      if (!file) throw new UsageError(`${keysVariable} names no file of keys; see docs/security.md`);
      const allowed = origin ?? (await knownEngine())?.ui;
      if (!allowed) throw new UsageError('there is no engine whose UI could be meant: say --origin http://HOST:PORT');
      const server = codecServer(new EncryptionCodec(readKeys(file)), allowed);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(Number(port), '127.0.0.1', resolve);
      });
      console.log(
        `Serves ${allowed} at http://127.0.0.1:${port}; name that address in the UI under “Data encoder”. Ctrl-C ends it.`,
      );
    });
