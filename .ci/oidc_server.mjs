// A provider of OpenID Connect on loopback for the tests: `oidc-provider` with one client, `populace`,
// which may come back to any port. Whoever signs in as `NAME-7` has the role `NAME`; any password does.
//
// usage: node .ci/oidc_server.mjs FOLDER PORT, where FOLDER/node_modules has oidc-provider
import { pathToFileURL } from 'node:url';
import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';

const [folder, port] = process.argv.slice(2);
const library = path.join(folder, 'node_modules', 'oidc-provider', 'lib', 'index.js');
const { Provider } = await import(pathToFileURL(path.resolve(library)));

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'populace',
    // A native application's redirect to loopback fits whatever its port.
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/sign-in/callback'],
    response_types: ['code'],
    grant_types: ['authorization_code'],
  }],
  jwks: { keys: [{ ...rsa, kid: 'first', use: 'sig', alg: 'RS256' }] },
  claims: { openid: ['sub', 'roles', 'preferred_username'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ['for tests only'] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, roles: [id.split('-')[0]], preferred_username: `${id}@reader.example` }),
  }),
});

provider.listen(Number(port), '127.0.0.1');
