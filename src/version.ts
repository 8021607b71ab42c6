/** Version of this package; a test holds it against package.json. A constant, since reading a file costs every import. */
export const packageVersion = "0.1.0";
