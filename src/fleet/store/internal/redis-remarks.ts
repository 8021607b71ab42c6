import type { RedisLike } from "./redis-client.ts";

/** Returns what a server is set up to forget, as far as it says. */
export async function redisRemarks(client: RedisLike): Promise<readonly string[]> {
  const infoOf = async (section: string): Promise<string> =>
    (await client.info?.(section).catch(() => "")) ?? "";
  const [persistence, memory] = await Promise.all([infoOf("persistence"), infoOf("memory")]);
  const remarks: string[] = [];
  if (/^aof_enabled:0/m.test(persistence))
    remarks.push(
      "Redis runs without appendonly: a crash or restart forgets what budgets have used since the last snapshot, or all of it; set `appendonly yes` and `appendfsync everysec`",
    );
  const policy = /^maxmemory_policy:([\w-]{1,40})/m.exec(memory)?.[1];
  if (policy !== undefined && policy !== "noeviction" && !/^maxmemory:0\s*$/m.test(memory))
    remarks.push(
      `Redis throws keys away when its memory is full (maxmemory-policy ${policy}), and with them, without a word, what budgets have used; set \`maxmemory-policy noeviction\`, or give budgets a Redis of their own`,
    );
  return remarks;
}
