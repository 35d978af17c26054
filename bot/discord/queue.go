package discord

import "sync"

// queue does jobs in lanes: those of one lane one after another, lanes beside each other and in turn, by a bounded number of
// goroutines that end when there is nothing to do.
type queue struct {
	workers int // at most
	inLane  int // jobs that may wait in one lane
	bytes   int // that all jobs together may weigh

	mu      sync.Mutex // guards what follows
	lanes   map[string]*lane
	turn    []*lane // those with work that nobody is doing
	working int
	weight  int
	all     sync.WaitGroup
}

type lane struct {
	name string
	jobs []job
}

type job struct {
	weight int
	do     func()
}

// put queues a job, unless too much waits already. It never waits itself.
func (q *queue) put(name string, weight int, do func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lanes[name]
	if q.weight+weight > q.bytes || l != nil && len(l.jobs) >= q.inLane {
		return false
	}
	q.weight += weight
	if l != nil {
		l.jobs = append(l.jobs, job{weight, do})
		return true
	}
	if q.lanes == nil {
		q.lanes = map[string]*lane{}
	}
	l = &lane{name, []job{{weight, do}}}
	q.lanes[name] = l
	q.turn = append(q.turn, l)
	if q.working < q.workers {
		q.working++
		q.all.Go(q.work)
	}
	return true
}

func (q *queue) work() {
	for {
		l, do := q.next()
		if l == nil {
			return
		}
		do()
		q.finish(l)
	}
}

// next takes the lane whose turn it is and its first job, which stays in the lane until it is done.
func (q *queue) next() (*lane, func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.turn) == 0 {
		q.working--
		return nil, nil
	}
	l := q.turn[0]
	q.turn = q.turn[1:]
	return l, l.jobs[0].do
}

func (q *queue) finish(l *lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.weight -= l.jobs[0].weight
	l.jobs = l.jobs[1:]
	if len(l.jobs) == 0 {
		delete(q.lanes, l.name)
		return
	}
	q.turn = append(q.turn, l)
}
