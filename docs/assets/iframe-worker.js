// Pages opened from the disk may not start workers; the search then runs in a hidden frame instead.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.appendChild(this.frame);
      const inside = this.frame.contentWindow;
      window.addEventListener("message", (event) => {
        if (event.source === inside) {
          const heard = new MessageEvent("message", { data: event.data });
          this.dispatchEvent(heard);
          if (this.onmessage) this.onmessage(heard);
        }
      });
      this.ready = new Promise((done) => {
        inside.document.open();
        inside.started = done;
        inside.document.write(`<script>
          window.postMessage = parent.postMessage.bind(parent);
          window.importScripts = (...urls) => urls.reduce((before, url) => before.then(() => new Promise((loaded, failed) => {
            const script = document.createElement("script");
            Object.assign(script, { src: url, onload: loaded, onerror: failed });
            document.body.appendChild(script);
          })), Promise.resolve());
        <\/script><body><script src="${url}" onload="started()"><\/script></body>`);
        inside.document.close();
      });
    }
    postMessage(data) {
      this.ready.then(() => this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })));
    }
    terminate() {
      this.frame.remove();
    }
  };
}
