import { z } from 'zod';
import { imageReference } from '../image-references.js';
import { isAddress } from '../chart-address.js';
import { dnsName, label, path, repositoryPath } from './names.js';

/** A login in the address would stand in the run’s history. */
const url = z
  .string()
  .regex(/^https:\/\/[^\s/@]+\/[^\s#]*$/, 'an address such as https://example.org/dashboard.yaml, without a login')
  .refine((value) => URL.canParse(value), 'an address such as https://example.org/dashboard.yaml');

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a digest: sha256: and 64 hexadecimal digits');

/** By its tag it is asked for by nobody; it is there for people. */
const artifact = new RegExp(`^oci://${dnsName}(:\\d{1,5})?/${repositoryPath}(:\\w[\\w.-]{0,127})?$`);

const image = z
  .string()
  .refine((text) => imageReference(text), 'the name of an image, such as quay.io/cilium/operator-generic:v1.20.2');

const own = z
  .strictObject({
    name: label,
    file: path.describe('A manifest where the worker runs').optional(),
    url: url.describe('A manifest that kha fetches, and no host').optional(),
    digest: digest
      .describe('SHA-256 of what an address gives; of a chart in a registry, that of its manifest')
      .optional(),
    chart: path
      .describe('A Helm chart where the worker runs, a folder or an archive, or the address of one, https:// or oci://')
      .optional(),
    values: path.describe('A file of values for the chart, where the worker runs').optional(),
    namespace: label.describe('Where the chart’s objects go; made where it is not there').optional(),
    images: z
      .array(image)
      .describe('What it runs besides the images of its manifest’s containers, for kha bundle build')
      .optional(),
  })
  .superRefine(({ file, url, digest, chart, values, namespace }, context) => {
    const wrong = (message: string, ...path: string[]): void => context.addIssue({ code: 'custom', path, message });
    const fetched = url !== undefined || (chart !== undefined && isAddress(chart));
    if ([file, url, chart].filter((one) => one !== undefined).length !== 1) wrong('one of file, url and chart');
    else if (fetched && digest === undefined) wrong('a digest beside the address: what comes is taken by it alone');
    else if (!fetched && digest !== undefined) wrong('no digest: only what an address gives has one', 'digest');
    else if (chart === undefined && values !== undefined) wrong('no values: only a chart takes them', 'values');
    else if (chart === undefined && namespace !== undefined)
      wrong('no namespace: only a chart leaves it open', 'namespace');
    else if (chart !== undefined && /^\w+:\/\//.test(chart) && !isAddress(chart))
      wrong(
        'a path, or an address such as https://example.org/chart-1.0.0.tgz or oci://example.org/charts/web:1.0.0',
        'chart',
      );
    else if (chart?.startsWith('oci://') && !artifact.test(chart))
      wrong('an artifact such as oci://example.org/charts/web:1.0.0, without a login, its digest beside it', 'chart');
  });

export const addOns = z.array(z.union([label, own]));
