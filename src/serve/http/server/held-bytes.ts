/** Bytes of each body that are not counted: short requests are taken however many long ones there are. */
const freeBytes = 65_536;

/** The bytes of bodies that a server holds at a time. */
export interface HeldBytes {
  /** Begins to count those of one request, which may be as long as `maxBodyBytes` in any case. */
  holding(maxBodyBytes: number): Holding;
}

/** The bytes of one request's body. */
export interface Holding {
  /** Returns false if the server holds too many. They are then not counted. */
  take(bytes: number): boolean;
  /** Gives back what was taken, once the request is over. */
  release(): void;
}

/** Creates a count of at most `maxBytes` bytes. */
export function createHeldBytes(maxBytes: number): HeldBytes {
  let held = 0;
  return {
    holding(maxBodyBytes) {
      const most = Math.max(maxBytes, maxBodyBytes);
      let seen = 0;
      let mine = 0;
      return {
        take(bytes) {
          const more = Math.max(0, seen + bytes - freeBytes) - mine;
          if (more > 0 && held + more > most) return false;
          seen += bytes;
          held += more;
          mine += more;
          return true;
        },
        release() {
          held -= mine;
          mine = 0;
          seen = 0;
        },
      };
    },
  };
}
