// Tests discovery and manifests with a real API server of Kubernetes and a real etcd, which `-- --install` builds once into the
// cache folder (SWITCHPOINT_ENGINES, default ~/.cache/switchpoint-engines). Without them nothing is tested, and it says so.
import { spawnSync } from "node:child_process";
import { buildCluster, clusterFolder, isBuilt } from "./build-cluster.mjs";

if (process.argv.includes("--install")) buildCluster();
if (!isBuilt()) {
  console.log(`skipped: ${clusterFolder} has no cluster. Build it: npm run check:kubernetes -- --install`);
  process.exit(0);
}
const args = ["vitest", "run", "--project", "isolated", "test/cluster/"];
const { status } = spawnSync("npx", args, {
  stdio: "inherit",
  env: { ...process.env, SWITCHPOINT_CHECK: "kubernetes" },
});
process.exit(status ?? 1);
