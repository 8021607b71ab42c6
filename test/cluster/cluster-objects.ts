import type { ApiObject, RealCluster } from "./real-cluster.ts";

/** Namespace of the examples. */
export const namespace = "ml";
const core = `/api/v1/namespaces/${namespace}`;
const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;

/** Path at which objects of a kind are created, for the kinds that the examples have. */
export function pathOf({ apiVersion, kind, metadata }: ManifestObject): string {
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  const name = kind.toLowerCase();
  return `${base}${place}/${name.endsWith("y") ? `${name.slice(0, -1)}ies` : `${name}s`}`;
}

export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export async function createNamespace(cluster: RealCluster, name: string): Promise<void> {
  await cluster.done("POST", "/api/v1/namespaces", { metadata: { name } });
}

/** Creates an account, with the role of `router.yaml` if it may read endpoints. */
export async function createAccount(cluster: RealCluster, name: string): Promise<void> {
  await cluster.done("POST", `${core}/serviceaccounts`, { metadata: { name } });
}

/** Creates the role that discovery needs, and binds it to an account. */
export async function permit(cluster: RealCluster, account: string): Promise<void> {
  const name = `reads-endpoints-${account}`;
  const rules = [
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
  ];
  await cluster.done("POST", `${rbac}/roles`, { metadata: { name }, rules });
  await cluster.done("POST", `${rbac}/rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name: account, namespace }],
  });
}

/** Takes the role away again. */
export async function forbid(cluster: RealCluster, account: string): Promise<void> {
  await cluster.done("DELETE", `${rbac}/rolebindings/reads-endpoints-${account}`);
}

/** A token of an account, which ends with `revoke`. */
export interface BoundToken {
  readonly token: string;
  revoke(): Promise<void>;
}

/** Asks the API server for a token of an account, bound to a Secret of its own, with which it ends. */
export async function tokenOf(cluster: RealCluster, account: string): Promise<BoundToken> {
  const { metadata } = await cluster.done("POST", `${core}/secrets`, {
    metadata: { generateName: "bound-" },
  });
  const secret = metadata?.name;
  const boundObjectRef = { kind: "Secret", apiVersion: "v1", name: secret, uid: metadata?.uid };
  const answer = await cluster.done("POST", `${core}/serviceaccounts/${account}/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 600, boundObjectRef },
  });
  return {
    token: answer.status?.token ?? "",
    revoke: async () => void (await cluster.done("DELETE", `${core}/secrets/${secret}`)),
  };
}

/** An endpoint of a slice, as the API server takes it. */
export interface SliceEndpoint {
  readonly addresses: readonly string[];
  readonly conditions?: {
    readonly ready?: boolean;
    readonly serving?: boolean;
    readonly terminating?: boolean;
  };
  readonly zone?: string;
  readonly nodeName?: string;
  readonly targetRef?: { readonly kind: "Pod"; readonly name: string; readonly uid: string };
}

/** Writes a slice of a service: creates it, or replaces it. */
export async function putSlice(
  cluster: RealCluster,
  name: string,
  endpoints: readonly SliceEndpoint[],
  { service = "vllm", addressType = "IPv4", port = 8_000 } = {},
): Promise<void> {
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace, labels: { "kubernetes.io/service-name": service } },
    addressType,
    endpoints,
    ports: [{ name: "http", port, protocol: "TCP" }],
  };
  const { status, body } = await cluster.ask("PUT", `${slices}/${name}`, slice);
  if (status === 404) await cluster.done("POST", slices, slice);
  else if (status >= 300) throw new Error(`slice ${name}: status ${status}: ${body.message}`);
}

export async function deleteSlice(cluster: RealCluster, name: string): Promise<void> {
  await cluster.done("DELETE", `${slices}/${name}`);
}

/** Creates a pod that no kubelet runs: with an address, and not ready. */
export async function createPod(cluster: RealCluster, name: string, ip: string): Promise<void> {
  await cluster.done("POST", `${core}/pods`, {
    metadata: { name, labels: { app: "vllm" } },
    spec: {
      // One that is on no node would be gone at once when it is deleted.
      nodeName: "node-1",
      terminationGracePeriodSeconds: 330,
      containers: [{ name: "vllm", image: "registry.example/vllm:1" }],
    },
  });
  await patchPod(cluster, name, { podIP: ip, podIPs: [{ ip }], phase: "Running" });
}

/** Does the kubelet's part: a pod becomes ready, or no longer is. */
export async function setReady(cluster: RealCluster, name: string, isReady: boolean): Promise<void> {
  await patchPod(cluster, name, { conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] });
}

async function patchPod(cluster: RealCluster, name: string, status: object): Promise<void> {
  await cluster.done("PATCH", `${core}/pods/${name}/status`, { status });
}

/** Deletes a pod: with its grace it terminates; without one, as the kubelet does in the end, it is gone. */
export async function deletePod(cluster: RealCluster, name: string, isOver = false): Promise<void> {
  await cluster.done("DELETE", `${core}/pods/${name}${isOver ? "?gracePeriodSeconds=0" : ""}`);
}

/** Does the part of the controller of EndpointSlices: writes what the pods are right now into one slice. */
export async function reconcile(cluster: RealCluster, name: string): Promise<void> {
  const { items = [] } = await cluster.done("GET", `${core}/pods?labelSelector=app%3Dvllm`);
  await putSlice(cluster, name, items.flatMap(endpointOf));
}

function endpointOf({ metadata, status }: ApiObject): SliceEndpoint[] {
  if (metadata === undefined || status?.podIP === undefined) return [];
  const { name, uid, deletionTimestamp } = metadata;
  const serving =
    status.conditions?.some(({ type, status: state }) => type === "Ready" && state === "True") === true;
  const terminating = deletionTimestamp !== undefined;
  return [
    {
      addresses: [status.podIP],
      conditions: { ready: serving && !terminating, serving, terminating },
      nodeName: "node-1",
      targetRef: { kind: "Pod", name, uid },
    },
  ];
}
