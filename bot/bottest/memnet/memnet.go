// Package memnet is a network within the process, for servers and clients in tests: a listener, those who dial it, and
// connections with buffers, deadlines and resets between them. A bubble of testing/synctest sees who waits on one, so
// that whole servers live on its clock.
package memnet

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// Listener is a listener whose connections never leave the process. A bubble of testing/synctest cannot see that somebody
// waits for a socket of the kernel; it can for these, so its clock moves on.
type Listener struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// New returns a listener that waits for connections.
func New() *Listener {
	return &Listener{accept: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept waits for somebody who dials.
func (m *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-m.accept:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

// Close refuses everybody from now on. It may be called twice.
func (m *Listener) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

// Addr says that there is no place.
func (m *Listener) Addr() net.Addr { return memoryAddr{} }

// Dial connects to whoever accepts.
func (m *Listener) Dial(ctx context.Context) (net.Conn, error) {
	near, far := newPipe()
	select {
	case m.accept <- far:
		return near, nil
	case <-m.closed:
		return nil, syscall.ECONNREFUSED
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return "memory" }

// newPipe returns the two ends of a connection. Other than those of net.Pipe they buffer, as a network does: neither end
// waits for the other to read.
func newPipe() (*pipeConn, *pipeConn) {
	a, b := newHalf(), newHalf()
	return &pipeConn{in: a, out: b}, &pipeConn{in: b, out: a}
}

type pipeConn struct {
	in, out *half
	abort   bool // what SetLinger(0) asked for
}

func (c *pipeConn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *pipeConn) Write(p []byte) (int, error) { return c.out.write(p) }

func (c *pipeConn) Close() error {
	end := io.EOF
	if c.abort {
		end = syscall.ECONNRESET
	}
	c.out.end(end)
	c.in.end(net.ErrClosed)
	return nil
}

// SetLinger means the same as on a TCP connection for zero: Close resets the connection.
func (c *pipeConn) SetLinger(seconds int) error {
	c.abort = seconds == 0
	return nil
}

func (c *pipeConn) LocalAddr() net.Addr  { return memoryAddr{} }
func (c *pipeConn) RemoteAddr() net.Addr { return memoryAddr{} }

func (c *pipeConn) SetDeadline(t time.Time) error {
	c.in.setDeadline(t)
	return nil
}

func (c *pipeConn) SetReadDeadline(t time.Time) error {
	c.in.setDeadline(t)
	return nil
}

// SetWriteDeadline does nothing: a write never waits.
func (c *pipeConn) SetWriteDeadline(time.Time) error { return nil }

// half is one direction of a connection.
type half struct {
	mu       sync.Mutex
	cond     sync.Cond
	buf      []byte
	err      error // what a reader gets after buf; a writer fails once it is set
	deadline time.Time
	timer    *time.Timer
}

func newHalf() *half {
	h := &half{}
	h.cond.L = &h.mu
	return h
}

func (h *half) read(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case errors.Is(h.err, syscall.ECONNRESET), errors.Is(h.err, net.ErrClosed):
			return 0, h.err
		case !h.deadline.IsZero() && !time.Now().Before(h.deadline):
			return 0, os.ErrDeadlineExceeded
		case len(h.buf) > 0 || len(p) == 0:
			n := copy(p, h.buf)
			h.buf = h.buf[n:]
			return n, nil
		case h.err != nil:
			return 0, h.err
		}
		h.cond.Wait()
	}
}

func (h *half) write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err != nil {
		return 0, syscall.EPIPE
	}
	h.buf = append(h.buf, p...)
	h.cond.Broadcast()
	return len(p), nil
}

func (h *half) end(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil || errors.Is(h.err, io.EOF) {
		h.err = err
	}
	if h.timer != nil {
		h.timer.Stop()
	}
	h.cond.Broadcast()
}

func (h *half) setDeadline(t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.deadline = t
	if h.timer != nil {
		h.timer.Stop()
	}
	if !t.IsZero() && h.err == nil {
		h.timer = time.AfterFunc(time.Until(t), func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.cond.Broadcast()
		})
	}
	h.cond.Broadcast()
}
