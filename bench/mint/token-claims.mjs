// What every token of this benchmark says, besides `jti`, `iss`, `iat` and `exp`: what Mintmark's own server says of the same
// client, so that all sign as many bytes.
export const CLIENT_ID = '0oa3w6e8DvKyPu2Na1d7';
export const AUDIENCE = 'api://acme-orders';
export const SCOPE = 'orders:read';
export const LIFETIME_SECONDS = 3600;
export const CLAIMS = { ver: 1, aud: AUDIENCE, cid: CLIENT_ID, scp: [SCOPE], sub: CLIENT_ID };
