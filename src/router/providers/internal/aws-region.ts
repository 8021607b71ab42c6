import { InvalidOptionError } from "../../../contracts/index.ts";

/** Throws `InvalidOptionError` for a region that could name another host. */
export function checkRegion(option: string, region: unknown): void {
  if (typeof region !== "string" || !/^[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/.test(region))
    throw new InvalidOptionError(option, region, 'a region of AWS, for instance "eu-central-1"');
}

/** Returns the domain of a region's partition. */
export function awsDomain(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}
