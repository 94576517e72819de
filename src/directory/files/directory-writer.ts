/** One entry of a list of the file, with its members. */
export type Entry = Readonly<Record<string, unknown>>;

/** Lists that are part of an org. */
export type OrgList = 'issuers' | 'users' | 'clients';

/** Lists that stand for themselves. */
export type TopList = 'features' | 'plans' | 'tenants' | 'claimMappings';

/** Takes the entries of a directory file one after the other. A list that nothing is in is left out. */
export interface DirectoryWriter {
  /** Begins an org; what follows is part of it, until another one begins or something else does. */
  openOrg(org: Entry): Promise<void>;
  orgEntry(list: OrgList, entry: Entry): Promise<void>;
  entry(list: TopList, entry: Entry): Promise<void>;
  end(): Promise<void>;
}

/** Writes a piece of text, and waits for room where there is none. */
export type WriteText = (text: string) => Promise<void>;
