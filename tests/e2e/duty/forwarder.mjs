// The network between a browser and the daemon: a TCP forwarder that can be cut. While it is cut it takes no connection, and those
// that were open are reset.
import net from "node:net";

export class Forwarder {
  static async open(to) {
    const forwarder = new Forwarder(to);
    await forwarder.mend();
    return forwarder;
  }
  constructor(to) {
    this.to = to;
    this.port = 0;
    this.pairs = new Set();
  }
  get origin() { return `http://127.0.0.1:${this.port}`; }
  mend() {
    this.server = net.createServer((near) => {
      const far = net.connect(this.to, "127.0.0.1");
      const pair = [near, far];
      this.pairs.add(pair);
      const end = () => {
        this.pairs.delete(pair);
        near.destroy();
        far.destroy();
      };
      for (const socket of pair) socket.on("error", end).on("close", end);
      near.pipe(far).pipe(near);
    });
    return new Promise((done, failed) => {
      this.server.once("error", failed);
      this.server.listen(this.port, "127.0.0.1", () => {
        this.port = this.server.address().port;
        done();
      });
    });
  }
  async cut() {
    const closed = new Promise((done) => this.server.close(done));
    for (const pair of this.pairs) for (const socket of pair) socket.resetAndDestroy();
    await closed;
  }
}
