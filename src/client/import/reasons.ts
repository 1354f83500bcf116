/** Why keys of another tool are not translated, as the end of «Not translated, …», by the key's path; the first that fits. */
export type Reasons = readonly (readonly [RegExp, string])[];

export const whyNot = (reasons: Reasons, path: string): string | undefined =>
  reasons.find(([pattern]) => pattern.test(path))?.[1];

const addOn = 'an add-on: kha applies manifests and charts of your own, as addons: [{ name, file }] (or url, or chart)';
const localDNS = 'as kha installs CoreDNS alone, without NodeLocalDNS';
const otherNetwork = 'of a network that kha does not install: one of your own is networking.cni: { addons: […] }';
const otherRuntime = 'of a container runtime that kha does not install';
const cloud = 'of a cloud: kha installs no cloud provider';
const ownEtcd = 'of etcd, which kha sets up itself';
const components = 'to be said by the fields kubelet, kubeadm, patches and files where it is still wanted';
const downloads = 'of downloads, which kha pins itself (source)';
const registries = 'of registries, of which kha asks those of its source alone';
const onHosts = 'of folders, users and settings on hosts that are kha’s own, or yours';

/** Variables of kubespray's sample inventory and of its roles' defaults. */
export const kubesprayReasons: Reasons = [
  [/nodelocaldns/, localDNS],
  [/^containerd_registries_mirrors$/, registries],
  [/^(docker|crio)_/, otherRuntime],
  [
    /^(cilium|kube_ovn|kube_router|flannel|weave|macvlan|custom_cni|multus)_|^kube_network_plugin_multus$/,
    otherNetwork,
  ],
  [/^enable_nat_default_gateway$/, otherNetwork],
  [
    /^(helm|registry|metrics_server|local_path_provisioner|local_volume_provisioner|cephfs|rbd|ingress|alb|cert_manager|metallb|argocd|krew|kube_vip|node_feature_discovery|dashboard|gateway_api|prometheus_operator|yunikorn|snapshot_controller|kubelet_csr_approver|deploy_netchecker|netchecker|nvidia)(_|$)/,
    addOn,
  ],
  [
    /^(aws|azure|gcp|openstack|external_openstack|external_oracle|vsphere|external_vsphere|oci|hcloud|external_hcloud|upcloud|huaweicloud|external_huaweicloud|cinder)_|cloud_provider|cloud_config/,
    cloud,
  ],
  [/^(calico|typha|global_as_num|peer_with_router|nat_outgoing)/, 'of Calico, whose other settings are kha’s own'],
  [/_ipv6$/, 'of IPv6'],
  [/^(kube_)?etcd_/, ownEtcd],
  [
    /(_repo|_repository|_checksum|_download_url|_version|_image_tag|_url|_mirror)$|^(files_repo|download_|yum_repo|debian_repo|ubuntu_repo|gcr_)/,
    downloads,
  ],
  [
    /^(kube_(api|apiserver|controller|scheduler|proxy|kubeadm|log_level|oidc|encrypt|webhook|token|basic|service_node_port|network_node_prefix|feature|pod_security)|kubelet|kubeadm|kubernetes_audit|audit_|event_ttl|tls_|remove_anonymous|auto_renew|kube_read_only|kube_reserved|(kube|system)_(memory|cpu|ephemeral|pid)|system_reserved|k8s_image|podsecuritypolicy|node_|volume_cross)/,
    components,
  ],
  [/^(containerd)_/, 'of containerd, whose other settings are kha’s own'],
  [
    /(_dir|_path|_owner|_group|_graph)$|^(ntp_|resolvconf|ndots|dns_(timeout|attempts)|skydns|coredns|manual_dns|remove_default_search|disable_host|rhel?_|sysctl|coreos|nameservers|upstream_dns|searchdomains|system_|kube_owner|docker_|unsafe_show)/,
    onHosts,
  ],
];

export const k0sctlReasons: Reasons = [
  [/^spec\.hosts\.\d+\.installFlags/, 'to be said as hosts[].labels, hosts[].taints and hosts[].kubelet'],
  [/^spec\.hosts\.\d+\.files/, 'to be laid by files where they are still wanted'],
  [/^spec\.hosts\.\d+\.hooks/, 'as kha runs no commands of yours on hosts'],
  [/nodeLocalDNS/i, localDNS],
  [/extensions|helm/, addOn],
  [
    /(uploadBinary|k0sBinaryPath|k0sInstallPath|k0sDownloadURL|useExistingK0s|^spec\.images|config\.spec\.images)/,
    downloads,
  ],
  [/network\.(kuberouter|dualStack)/, otherNetwork],
  [/storage/, ownEtcd],
  [/(api|controllerManager|scheduler)\.extraArgs|workerProfiles|featureGates|kubeProxy/, components],
  [/dataDir|kubeletRootDir|\.os$/, onHosts],
  [/telemetry|konnectivity|options|installConfig|dynamicConfig/, 'of k0s and k0sctl themselves'],
];

export const kubeoneReasons: Reasons = [
  [/^features\.nodeLocalDNS/, localDNS],
  [/^(addons|helmReleases|features\.metricsServer)/, addOn],
  [/^(cloudProvider|machineController|operatingSystemManager|dynamicWorkers|controlPlane\.nodeSets)/, cloud],
  [/^clusterNetwork\.cni/, otherNetwork],
  [/etcd/i, ownEtcd],
  [/^(features|controlPlaneComponents|loggingConfig|tlsCipherSuites|kubeletConfig|clusterNetwork)|kubelet/, components],
  [/^containerRuntime\.containerd\.registries/, registries],
  [/^(containerRuntime|registryConfiguration|systemPackages|assetConfiguration)/, downloads],
];

export const kubekeyReasons: Reasons = [
  [/nodelocaldns/i, localDNS],
  [/addons|nodeFeatureDiscovery|kata|^spec\.storage|nvidia/, addOn],
  [/network\.(flannel|kubeovn|hybridnet|cilium|multusCNI)/, otherNetwork],
  [/^spec\.etcd/, ownEtcd],
  [/dockerDataDir|bridgeIP/, otherRuntime],
  [/^spec\.registry\.(registryMirrors|remoteMirrors)/, registries],
  [/^spec\.registry/, downloads],
  [/^spec\.system/, onHosts],
  [/^spec\.(kubernetes|dns)/, components],
];
