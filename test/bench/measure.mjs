/**
 * Measures single runs of `work` (index -> value or promise) after a warm-up: p50, p99 and CPU per run in
 * µs.
 */
export async function measure(work, { runs, warmUp = runs }) {
  for (let index = 0; index < warmUp; index += 1) await work(index);
  globalThis.gc?.();
  const times = new Float64Array(runs);
  const cpu = process.cpuUsage();
  for (let index = 0; index < runs; index += 1) {
    const start = performance.now();
    await work(index);
    times[index] = performance.now() - start;
  }
  const { user, system } = process.cpuUsage(cpu);
  times.sort();
  const at = (share) => times[Math.min(runs - 1, Math.floor(share * runs))] * 1_000;
  return { p50: at(0.5), p99: at(0.99), cpu: (user + system) / runs };
}

/** Measures a synchronous `work` in the same way. */
export function measureSync(work, { runs, warmUp = runs }) {
  for (let index = 0; index < warmUp; index += 1) work(index);
  globalThis.gc?.();
  const times = new Float64Array(runs);
  const cpu = process.cpuUsage();
  for (let index = 0; index < runs; index += 1) {
    const start = performance.now();
    work(index);
    times[index] = performance.now() - start;
  }
  const { user, system } = process.cpuUsage(cpu);
  times.sort();
  const at = (share) => times[Math.min(runs - 1, Math.floor(share * runs))] * 1_000;
  return { p50: at(0.5), p99: at(0.99), cpu: (user + system) / runs };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
