// Builds unless `dist` was built from these very sources. `npm run build` itself always builds.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
/** A build removes it with the rest of `dist`, so that it never stands beside what was built from anything else. */
const stamp = join(root, "dist/.built-from");

function hashOfSources() {
  const files = ["package.json", "package-lock.json", "tsconfig.json"];
  for (const folder of [".ci", "src", "policies", "evals", "cli", "studies"])
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile() && !entry.name.endsWith(".md")) files.push(join(entry.parentPath, entry.name));
  const hash = createHash("sha256");
  for (const file of files.map((name) => resolve(root, name)).sort()) {
    const bytes = readFileSync(file);
    hash.update(`${file.slice(root.length)} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex");
}

const wanted = hashOfSources();
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  const { status } = spawnSync("npm", ["run", "build", "--silent"], { cwd: root, stdio: "inherit" });
  if (status === 0) writeFileSync(stamp, wanted);
  process.exitCode = status ?? 1;
}
