import { fieldsAt, into, listAt, missing, parsed, take, textAt, type Fields } from './fields.js';
import { takeAnnotation } from './metadata.js';
import { renamedKeys, renameTerms } from './node-names.js';
import type { Change, Notes } from './notes.js';

/** Volumes whose work a CSI driver does today, under the same fields (k8s.io/api core/v1, v0.37): its name. */
const redirected: Readonly<Record<string, string>> = {
  gcePersistentDisk: 'pd.csi.storage.gke.io',
  awsElasticBlockStore: 'ebs.csi.aws.com',
  cinder: 'cinder.csi.openstack.org',
  azureDisk: 'disk.csi.azure.com',
  azureFile: 'file.csi.azure.com',
  vsphereVolume: 'csi.vsphere.vmware.com',
  portworxVolume: 'pxd.portworx.com',
};
/** Volumes that are taken by the API and that no kubelet mounts, and what there is instead. */
const removed: Readonly<Record<string, string>> = {
  gitRepo: 'an init container that clones into an emptyDir',
  glusterfs: 'a mount of the hosts, or NFS (csi: nfs.csi.k8s.io)',
  rbd: 'csi: rbd.csi.ceph.com',
  cephfs: 'csi: cephfs.csi.ceph.com',
  flocker: 'another storage: Flocker is no more',
  quobyte: 'csi: csi.quobyte.com',
  storageos: 'another storage: StorageOS is no more',
  scaleIO: 'csi: csi-vxflexos.dellemc.com',
  photonPersistentDisk: 'another storage: Photon is no more',
};
/** Provisioners in Kubernetes' own tree, by the field of their volumes where it is not called the same. */
const provisioners: Readonly<Record<string, string>> = {
  'gce-pd': 'gcePersistentDisk',
  'aws-ebs': 'awsElasticBlockStore',
  cinder: 'cinder',
  'azure-disk': 'azureDisk',
  'azure-file': 'azureFile',
  'vsphere-volume': 'vsphereVolume',
  'portworx-volume': 'portworxVolume',
  glusterfs: 'glusterfs',
  rbd: 'rbd',
  quobyte: 'quobyte',
  storageos: 'storageos',
  scaleio: 'scaleIO',
};

/** Says of a volume, of a pod or a PersistentVolume's spec, what the nodes of today make of it. */
export function sayOfVolume(volume: Fields, notes: Notes): void {
  for (const [field, driver] of Object.entries(redirected))
    if (!missing(volume, field))
      notes.hand(`volume ${field}: its work is done by the CSI driver ${driver}; install that`);
  for (const [field, instead] of Object.entries(removed))
    if (!missing(volume, field)) notes.hand(`volume ${field} is mounted by nobody today; instead: ${instead}`);
  if (!missing(volume, 'flexVolume'))
    notes.hand('volume flexVolume: its driver has to be installed on the nodes; CSI is what came after it');
  const path = textAt(volume, 'hostPath', 'path');
  if (path === undefined) return;
  if (/^(\/var)?\/run\/docker\.sock$/.test(path) || path.startsWith('/var/lib/docker'))
    notes.hand(`hostPath ${path}: there is no docker on the nodes, but containerd`);
  else notes.hand(`hostPath ${path}: what lies there on the old nodes is not moved`);
}

/** v1 since ever: the class was an annotation first, and what binds it is the old cluster's. */
export const claim: Change = (object, notes) => {
  const spec = into(object, 'spec');
  classOf(object.metadata, spec, notes);
  if (take(spec, 'volumeName') !== undefined) notes.change('spec.volumeName is dropped: it is bound anew');
  notes.hand('its data is not moved: copy it, or bind it to a volume that has it');
};

/** What a claim, also one in a StatefulSet's volumeClaimTemplates, has as annotations for its class. */
export function classOf(metadata: Fields, spec: Fields, notes: Notes): void {
  const beta = 'volume.beta.kubernetes.io/storage-class';
  const named = takeAnnotation(metadata, beta);
  if (named !== undefined) {
    // The annotation won over the field (1.9, GetPersistentVolumeClaimClass).
    spec['storageClassName'] = named;
    notes.change(`annotation ${beta} is spec.storageClassName`);
  }
  if (takeAnnotation(metadata, 'volume.alpha.kubernetes.io/storage-class') !== undefined)
    notes.hand(
      'annotation volume.alpha.kubernetes.io/storage-class is dropped: name a StorageClass, or have a default one',
    );
}

export const persistentVolume: Change = (object, notes) => {
  const spec = into(object, 'spec');
  classOf(object.metadata, spec, notes);
  const reference = fieldsAt(spec, 'claimRef');
  for (const key of ['uid', 'resourceVersion']) if (reference) delete reference[key];
  const policy = textAt(spec, 'persistentVolumeReclaimPolicy');
  if (policy !== 'Retain') {
    spec['persistentVolumeReclaimPolicy'] = 'Retain';
    notes.change(
      `spec.persistentVolumeReclaimPolicy is Retain, where it was ${policy ?? 'not said'}: the old cluster may still use what is behind it`,
    );
  }
  const alpha = 'volume.alpha.kubernetes.io/node-affinity';
  const affinity = takeAnnotation(object.metadata, alpha);
  if (affinity !== undefined) {
    const required = fieldsAt(parsed(affinity), 'requiredDuringSchedulingIgnoredDuringExecution');
    if (required && missing(spec, 'nodeAffinity')) spec['nodeAffinity'] = { required };
    notes.change(`annotation ${alpha} is spec.nodeAffinity`);
  }
  renameTerms(fieldsAt(spec, 'nodeAffinity'), notes);
  const labels = fieldsAt(object.metadata, 'labels');
  if (labels) object.metadata['labels'] = renamedKeys(labels, 'metadata.labels', notes);
  sayOfVolume(spec, notes);
  if (fieldsAt(spec, 'local')) notes.hand('a local volume: its data is on a node of the old cluster');
  if (textAt(object.metadata, 'annotations', 'pv.kubernetes.io/provisioned-by') !== undefined)
    notes.hand(
      'was made by a provisioner: apply it only where the new cluster reaches the same storage, else leave it out',
    );
};

export const storageClass: Change = (object, notes) => {
  const beta = 'storageclass.beta.kubernetes.io/is-default-class';
  const value = takeAnnotation(object.metadata, beta);
  if (value !== undefined) {
    const annotations = into(object.metadata, 'annotations');
    if (missing(annotations, 'storageclass.kubernetes.io/is-default-class'))
      annotations['storageclass.kubernetes.io/is-default-class'] = value;
    notes.change(`annotation ${beta} is storageclass.kubernetes.io/is-default-class`);
  }
  const field = provisioners[textAt(object, 'provisioner')?.replace('kubernetes.io/', '') ?? ''];
  if (field === undefined || !textAt(object, 'provisioner')?.startsWith('kubernetes.io/')) return;
  if (redirected[field])
    notes.hand(
      `provisioner ${textAt(object, 'provisioner')}: today the CSI driver ${redirected[field]} provisions; its class has parameters of its own`,
    );
  else notes.hand(`provisioner ${textAt(object, 'provisioner')} is gone; instead: ${removed[field]}`);
};

/** Claims that a StatefulSet makes. */
export function claimTemplates(spec: Fields, notes: Notes): void {
  for (const one of listAt(spec, 'volumeClaimTemplates')) {
    delete one['status'];
    const metadata = into(one, 'metadata');
    for (const key of ['creationTimestamp', 'uid', 'resourceVersion', 'selfLink']) delete metadata[key];
    classOf(metadata, into(one, 'spec'), notes);
    notes.hand('the data of its claims is not moved: copy it before its first pod starts');
  }
}
