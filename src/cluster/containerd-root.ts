/** containerd's own default, which its configuration then does not name. Apart from the schema: workflows load no zod. */
export const usualRoot = '/var/lib/containerd';
