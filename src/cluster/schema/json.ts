import { z } from 'zod';

/** Whatever a document of Kubernetes may hold; one schema, so that the JSON Schema has it once. */
export const json = z.json();
