import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc: () => void = runInNewContext("gc");

/** Returns the bytes that are in use after a collection. */
export function memoryInUse(): number {
  gc();
  // A collection frees the memory of large strings and buffers beside the program. The next one waits until that is done: without
  // it up to 4 MB that nothing holds were counted.
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
