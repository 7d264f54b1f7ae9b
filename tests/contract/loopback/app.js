'use strict';

// The vendor's seven operations on LoopBack 3. What the framework can do by itself is left to it, so
// that the statuses and bodies are its own: this is what the sandbox is compared with.
//
// Arguments: the bearer tokens of the administrator and of a user who may do nothing. It prints its
// port, and ends when its standard input ends.

const errorHandler = require('strong-error-handler');
const loopback = require('loopback');

const [adminToken, userToken] = process.argv.slice(2);
const MASK = '*****';

function refused(status, message, code) {
  return Object.assign(new Error(message), {statusCode: status, code: code});
}

function wanted(context, next) {
  for (const name of ['tenantId', 'ace_orgGuid']) {
    if (!context.req.query[name]) return next(refused(400, `${name} is a required argument`));
  }
  next();
}

function masked(record) {
  const shown = record.toJSON();
  shown.connection_parameters = shown.connection_parameters.map((one) =>
    one.name === 'password' && one.value ? {...one, value: MASK} : one);
  return shown;
}

function maskResult(context, result, next) {
  if (Array.isArray(result)) context.result = result.map(masked);
  else if (result && result.toJSON) context.result = masked(result);
  next();
}

function merged(stored, changes) {
  const values = new Map(stored.map((one) => [one.name, one]));
  for (const one of changes) values.set(one.name, {...values.get(one.name), ...one});
  return [...values.values()];
}

function portProblem(parameters) {
  const port = parameters.find((one) => one.name === 'port');
  return port !== undefined && !(/^\d+$/.test(port.value) && port.value > 0 && port.value < 65536);
}

const PRIVATE_TO_USERS = [
  {accessType: '*', principalType: 'ROLE', principalId: '$everyone', permission: 'DENY'},
  {accessType: '*', principalType: 'USER', principalId: '1', permission: 'ALLOW'},
];

function prepared() {
  const app = loopback({localRegistry: true, loadBuiltinModels: true});
  app.set('remoting', {
    json: {limit: 3 * 1024 * 1024},
    errorHandler: {debug: false, log: false},
    context: false,
  });
  return app;
}

function connected(app, model) {
  for (const name of ['AccessToken', 'ACL', 'Role', 'RoleMapping', 'Scope', 'User']) {
    app.model(app.registry.getModel(name), {dataSource: 'db', public: false});
  }
  app.model(model, {dataSource: 'db'});
  app.set('aclErrorStatus', 403);
  app.enableAuth();
  app.use(loopback.token({
    model: app.registry.getModel('AccessToken'), bearerTokenBase64Encoded: false,
  }));
  app.use(loopback.rest());
  return app;
}

function withRecords(db) {
  const app = prepared();
  app.dataSources.db = app.datasources.db = db(app);
  const SmtpConnection = app.registry.createModel('SmtpConnection', {
    name: {type: 'string', required: true},
    connection_parameters: {type: ['object'], default: []},
    created_at: {type: 'date', defaultFn: 'now'},
    tenantId: 'string',
    namespaceId: 'string',
  }, {plural: 'smtpconnections', acls: PRIVATE_TO_USERS});
  SmtpConnection.validatesPresenceOf('name');
  SmtpConnection.validate('connection_parameters', function(fail) {
    const given = this.connection_parameters || [];
    const host = given.find((one) => one.name === 'hostname');
    if (!host || !String(host.value).trim()) fail('hostname');
    if (portProblem(given)) fail('port');
  }, {message: {
    hostname: 'hostname can\'t be blank',
    port: 'port must be a number from 1 to 65535',
  }});
  const open = new Set(['create', 'find', 'findById', 'deleteById']);
  for (const method of SmtpConnection.sharedClass.methods()) {
    if (!open.has(method.name)) SmtpConnection.disableRemoteMethodByName(
      method.isStatic ? method.name : `prototype.${method.name}`);
  }
  SmtpConnection.beforeRemote('**', (context, _, next) => wanted(context, next));
  SmtpConnection.beforeRemote('create', (context, _, next) => {
    context.args.data.tenantId = context.req.query.tenantId;
    context.args.data.namespaceId = 'default';
    next();
  });
  SmtpConnection.beforeRemote('find', (context, _, next) => {
    context.args.filter = {where: {tenantId: context.req.query.tenantId}};
    next();
  });
  SmtpConnection.afterRemote('**', maskResult);
  return [connected(app, SmtpConnection), SmtpConnection];
}

const QUERY = ['tenantId', 'ace_orgGuid'].map((name) =>
  ({arg: name, type: 'string', required: true, http: {source: 'query'}}));

function body(name, type, required) {
  return {arg: name, type: type, required: required, http: {source: 'form'}};
}

function withComposer(db, records) {
  const app = prepared();
  app.dataSources.db = app.datasources.db = db(app);
  const SmtpConnection = app.registry.createModel('SmtpConnection', {}, {
    base: 'Model', plural: 'smtpconnections', acls: PRIVATE_TO_USERS,
  });
  async function known(id) {
    const record = await records.findById(id);
    if (!record) throw refused(404, `Unknown "SmtpConnection" id "${id}".`, 'MODEL_NOT_FOUND');
    return record;
  }
  SmtpConnection.patchConnectionParametersById = async(tenant, team, id, changes) => {
    const record = await known(id);
    const all = merged(record.toJSON().connection_parameters, changes);
    return masked(await record.updateAttribute('connection_parameters', all));
  };
  SmtpConnection.testEmail = async(tenant, team, to, given) => sent(to, given);
  SmtpConnection.testEmailById = async(tenant, team, id, to, given) => {
    const record = await known(id);
    return sent(to, merged(record.toJSON().connection_parameters, given || []));
  };
  for (const [name, args] of Object.entries({
    patchConnectionParametersById: [
      body('id', 'string', true), body('connection_parameters', 'array', true)],
    testEmail: [body('to', 'string', true), body('conn_params', 'array', true)],
    testEmailById: [
      body('id', 'string', true), body('to', 'string', true), body('conn_params', 'array', false)],
  })) {
    SmtpConnection.remoteMethod(name, {
      accepts: [...QUERY, ...args],
      returns: {arg: 'result', type: 'object', root: true},
      http: {verb: 'post', path: `/${name}`},
    });
  }
  return connected(app, SmtpConnection);
}

// No mail is sent. What a method's own error becomes is the framework's: the host name says which.
async function sent(to, parameters) {
  const host = String((parameters.find((one) => one.name === 'hostname') || {}).value);
  const [kind, status] = host.split('.');
  if (kind === 'throws') throw new Error('Invalid login: 535 5.7.8 authentication failed');
  if (kind === 'status') throw refused(Number(status), 'the mail server said no', 'EAUTH');
  if (kind === 'details') {
    throw Object.assign(refused(422, 'the test failed'), {
      details: status === 'list' ? ['535 5.7.8 no', 'really'] : '535 5.7.8 no',
    });
  }
  return {accepted: [to], rejected: [], response: '250 2.0.0 Ok'};
}

async function tokensOf(app) {
  const AccessToken = app.registry.getModel('AccessToken');
  await AccessToken.create({id: adminToken, userId: 1, ttl: 86400});
  await AccessToken.create({id: userToken, userId: 2, ttl: 86400});
}

async function main() {
  const memory = (app) => app.registry.createDataSource('db', {connector: 'memory'});
  const [api, records] = withRecords(memory);
  const composer = withComposer(memory, records);
  const apps = [api, composer];
  for (const app of apps) await tokensOf(app);
  const front = loopback({localRegistry: true});
  front.use('/cam/composer/api/v1', composer);
  front.use('/cam/api/v1', api);
  // The test's own door, beside the framework: tokens that are over, and records as they are stored.
  front.post('/test/expired-token/:token', async(request, response) => {
    const created = new Date(Date.now() - 3600 * 1000);
    for (const app of apps) {
      await app.registry.getModel('AccessToken').create(
        {id: request.params.token, userId: 1, ttl: 60, created: created});
    }
    response.json({});
  });
  front.get('/test/records/:id', async(request, response) =>
    response.json(await records.findById(request.params.id)));
  front.delete('/test/records', async(request, response) => {
    await records.destroyAll();
    response.json({});
  });
  front.use(errorHandler({debug: false, log: false}));
  const server = front.listen(0, '127.0.0.1', () => console.log(server.address().port));
  process.stdin.resume().on('end', () => process.exit(0));
}

main();
