/** Where the local stack says what it does; `start.ts` prints it, tests keep it quiet. */
export type Log = (line: string) => void;
