import type { Report } from '../../../engine/report.js';
import { DownloadFailed, Https, type Reach } from '../../../engine/https.js';

/** What a bundle is made from. */
export type Origin = 'official' | 'modules';

/**
 * Official downloads where their site answers, and Go modules where it does not, which is said aloud. Throws DownloadFailed
 * where it answers that there is no such release.
 */
export async function chooseOrigin(kubernetes: string, reach: Reach, report: Report): Promise<Origin> {
  const url = `https://dl.k8s.io/release/${kubernetes}/bin/linux/amd64/kubeadm.sha256`;
  const instead = (why: string): Origin => {
    report({ what: `No official downloads, so it is built from Go modules: ${why}`, state: 'warning' });
    return 'modules';
  };
  using https = new Https({ patience: 5_000, ...reach });
  try {
    const { status, response } = await https.get(url);
    response.resume();
    if (status === 404) throw new NotReleased(`Kubernetes ${kubernetes} was not released: ${url} is not there (404)`);
    return status === 200 ? 'official' : instead(`${url} answers ${status}`);
  } catch (error) {
    if (error instanceof DownloadFailed && !(error instanceof NotReleased)) return instead(error.message);
    throw error;
  }
}

class NotReleased extends DownloadFailed {}
