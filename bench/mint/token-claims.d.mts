export const CLIENT_ID: string;
export const AUDIENCE: string;
export const SCOPE: string;
export const LIFETIME_SECONDS: number;
export const CLAIMS: Readonly<Record<string, unknown>>;
