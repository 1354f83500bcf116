import { run } from '../../engine/run-program.js';

/**
 * What gcc says of itself, with which a kubelet of Kubernetes 1.9 is linked. Throws where this machine cannot compile C, before
 * anything else is built. `env`: where to look for it.
 */
export async function cCompiler(env: Readonly<Record<string, string>> = {}): Promise<string> {
  try {
    const [said = ''] = (await run('gcc', ['--version'], { env })).split('\n');
    await run('gcc', ['-E', '-x', 'c', '-'], { env, stdin: '#include <stdlib.h>\n' });
    return said;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the kubelet of Kubernetes 1.9 is linked with C, and this machine cannot compile it: ${why}\nInstall gcc and the headers of the C library (on Debian: apt-get install gcc libc6-dev), then build again`,
      { cause: error },
    );
  }
}
