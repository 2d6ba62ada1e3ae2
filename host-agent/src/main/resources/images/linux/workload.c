/*
 * What runs in the Linux image, as process 1: three threads that make a broken migration visible.
 *
 *   beat     every millisecond: one record into a ring that spans many pages, linked to the last one.
 *            A page that came back older, twice or damaged breaks the link.
 *   memory   keeps rewriting tagged pages at a set rate and re-reads all of them, again and again.
 *            Which version a page must have follows from one counter, so that a page that missed
 *            its last write (stale) or holds anything else (wrong) is found and said at once.
 *   report   five times a second: one line "@drover key=value ..." on the console.
 *
 * The guest's clocks stand still while it is paused, except the battery-backed clock, which follows
 * the host's. Watching its seconds change against the guest's own clock shows how long a pause was.
 *
 * Settings come from the kernel command line: drover.working_set_mib, drover.dirty_pages_per_s,
 * drover.check_pages_per_s. A press of the power button ends the guest.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

enum {
  PAGE = 4096,
  WORDS = PAGE / 8,
  RING = 16384, /* beats kept: 64 pages */
  BEAT_US = 1000,
  REPORT_US = 200000,
  MEMORY_TICK_US = 10000,
  GAP_WINDOWS = 16, /* reports over which gap_us is the largest gap: 3.2 s */
  PAUSE_US = 3000, /* shorter ones are not told from a late look */
  DRIFT_SAMPLES = 5,
  RTC_HOUR_S = 3600,
  RTC_WAIT_US = 1500000, /* longer than a second: without such a clock, pauses go unseen */
};

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void sleep_until_us(int64_t at) {
  struct timespec t = {at / 1000000, at % 1000000 * 1000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
  }
}

static uint64_t mix(uint64_t x) { /* splitmix64 */
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

static long setting(const char *name, long fallback) {
  char line[4096];
  FILE *file = fopen("/proc/cmdline", "r");
  if (file == NULL || fgets(line, sizeof line, file) == NULL) {
    return fallback;
  }
  fclose(file);
  size_t length = strlen(name);
  for (char *word = strtok(line, " \n"); word != NULL; word = strtok(NULL, " \n")) {
    if (strncmp(word, "drover.", 7) == 0 && strncmp(word + 7, name, length) == 0 &&
        word[7 + length] == '=') {
      char *end;
      long value = strtol(word + 8 + length, &end, 10);
      if (*end == 0 && value >= 0) {
        return value;
      }
      printf("workload: %s is not a number, using %ld\n", word, fallback);
    }
  }
  return fallback;
}

/* ---- beat ---- */

struct beat {
  uint64_t number;
  uint64_t link; /* mix(number ^ link of the beat before) */
};

static struct beat *ring;
static atomic_long beats, lost, repeated, corrupted;
static atomic_long gap_now_us, max_gap_us, pause_us, pauses;
static atomic_int sees_pauses;

static void raise_to(atomic_long *to, long value) {
  long seen = atomic_load(to);
  while (value > seen && !atomic_compare_exchange_weak(to, &seen, value)) {
  }
}

static void saw_gap(long us) {
  raise_to(&gap_now_us, us);
  raise_to(&max_gap_us, us);
}

/* Compares the beat that must stand in the ring with the one that does. */
static void check_beat(uint64_t number, uint64_t link) {
  struct beat *slot = &ring[number % RING];
  if (slot->number < number) {
    atomic_fetch_add(&lost, (long)(number - slot->number));
  } else if (slot->number > number) {
    atomic_fetch_add(&repeated, (long)(slot->number - number));
  } else if (slot->link != link) {
    atomic_fetch_add(&corrupted, 1);
  } else {
    return;
  }
  printf("@drover broken_beat=%llu found=%llu\n", (unsigned long long)number,
         (unsigned long long)slot->number);
}

static int rtc_register(int which) {
  outb(which, 0x70);
  int bcd = inb(0x71);
  return (bcd >> 4) * 10 + (bcd & 15);
}

/*
 * Called each beat. When the battery-backed clock has moved on by s seconds and the guest's own by
 * less, the guest did not run for the difference. When exactly the second changed is known only to
 * lie between two looks, which may be far apart on a busy host: so everything is an interval, and a
 * pause is one only if no later look can explain it.
 */
static void watch_pauses(void) {
  static int last_second = -1, last_in_hour, samples;
  static int64_t last_look, wall_us;
  static int64_t paused_before; /* as seen at the last change of the second */
  static int64_t least, most; /* how far wall time is ahead of the guest's own: between these */
  int64_t before = now_us();
  int second = rtc_register(0);
  int64_t after = now_us();
  int64_t previous_look = last_look;
  last_look = before;
  if (second == last_second || last_second < 0) {
    last_second = second;
    return;
  }
  last_second = second;
  int in_hour = rtc_register(2) * 60 + second;
  if (samples > 0) {
    wall_us += (in_hour - last_in_hour + RTC_HOUR_S) % RTC_HOUR_S * 1000000LL;
  }
  last_in_hour = in_hour;
  /* A pause during which the second changed shows one part at this change and one at the next. */
  int64_t paused = paused_before;
  int64_t low = wall_us - after, high = wall_us - previous_look;
  if (samples == 0 || low - most <= PAUSE_US) {
    paused = 0;
  } else {
    paused += (low + high - least - most) / 2;
    if (paused_before == 0) {
      atomic_fetch_add(&pauses, 1);
    }
    raise_to(&pause_us, (long)paused);
    saw_gap((long)paused);
  }
  paused_before = paused;
  if (samples == 0 || low > most || high < least || samples % DRIFT_SAMPLES == 0) {
    least = low; /* begins anew after a pause, and lest the drift of one clock adds up */
    most = high;
  } else {
    least = low > least ? low : least;
    most = high < most ? high : most;
  }
  samples++;
  atomic_store(&sees_pauses, 1);
}

static void *beat_main(void *unused) {
  struct sched_param first = {.sched_priority = 10};
  sched_setscheduler(0, SCHED_FIFO, &first);
  int has_rtc = ioperm(0x70, 2, 1) == 0;
  uint64_t number = 0, link = mix(0);
  ring[0] = (struct beat){0, link};
  uint64_t *links = calloc(RING, sizeof *links); /* what the ring must hold, kept apart from it */
  if (links == NULL) {
    return unused;
  }
  links[0] = link;
  int64_t last = now_us(), due = last;
  for (;;) {
    due += BEAT_US;
    int64_t at = now_us();
    if (due < at) {
      due = at; /* beats are not caught up with: a late one is a gap */
    } else {
      sleep_until_us(due);
      at = now_us();
    }
    check_beat(number, link);
    uint64_t other = number - (number < RING ? number / 2 : mix(number) % RING);
    check_beat(other, links[other % RING]);
    number++;
    link = mix(number ^ link);
    ring[number % RING] = (struct beat){number, link};
    links[number % RING] = link;
    atomic_store(&beats, (long)number);
    if (number > 1) {
      saw_gap((long)(at - last));
    }
    last = at;
    if (has_rtc) {
      watch_pauses();
    }
  }
}

/* ---- memory ---- */

static uint64_t *pages;
static long page_count, dirty_per_s, check_per_s;
static atomic_long written, checked, stale, wrong;

/* Pages are visited in steps of a prime, so that neighbours are not written together. */
static long nth_page(uint64_t n) { return (long)(n % page_count * 7919 % page_count); }

static void write_page(uint64_t n) {
  long page = nth_page(n);
  uint64_t version = n / page_count + 1;
  uint64_t *words = pages + page * WORDS;
  words[0] = (uint64_t)page;
  words[1] = version;
  uint64_t word = mix(version << 32 | (uint64_t)page);
  for (int i = 2; i < WORDS; i++) {
    word ^= word << 13;
    word ^= word >> 7;
    word ^= word << 17;
    words[i] = word;
  }
}

/* Checks the page that write n of each cycle goes to; total writes have been made so far. */
static void check_page(uint64_t n, uint64_t total) {
  long page = nth_page(n);
  uint64_t expected = (total + page_count - 1 - n) / page_count;
  uint64_t *words = pages + page * WORDS;
  uint64_t word = mix(words[1] << 32 | (uint64_t)page);
  int intact = words[0] == (uint64_t)page;
  for (int i = 2; i < WORDS && intact; i++) {
    word ^= word << 13;
    word ^= word >> 7;
    word ^= word << 17;
    intact = words[i] == word;
  }
  if (intact && words[1] == expected) {
    return;
  }
  atomic_fetch_add(intact ? &stale : &wrong, 1);
  printf("@drover bad_page=%ld is=%s version=%llu expected=%llu stale=%ld wrong=%ld\n", page,
         intact ? "stale" : "wrong", (unsigned long long)words[1], (unsigned long long)expected,
         atomic_load(&stale), atomic_load(&wrong));
}

static void *memory_main(void *unused) {
  uint64_t total = 0, next_check = 0;
  for (; total < (uint64_t)page_count; total++) {
    write_page(total);
  }
  int64_t last = now_us();
  double write_credit = 0, check_credit = 0;
  for (;;) {
    sleep_until_us(last + MEMORY_TICK_US);
    int64_t at = now_us();
    double seconds = (at - last > 100000 ? 100000 : at - last) / 1e6; /* never catch up in one burst */
    last = at;
    write_credit += seconds * dirty_per_s;
    for (; write_credit >= 1; write_credit--) {
      write_page(total++);
    }
    check_credit += seconds * check_per_s;
    for (; check_credit >= 1; check_credit--) {
      check_page(next_check, total);
      next_check = (next_check + 1) % page_count;
      atomic_fetch_add(&checked, 1);
    }
    atomic_store(&written, (long)total);
  }
  return unused;
}

/* ---- power button and report ---- */

static void *button_main(void *unused) {
  struct dirent *entry;
  DIR *inputs = opendir("/dev/input");
  int button = -1;
  while (inputs != NULL && button < 0 && (entry = readdir(inputs)) != NULL) {
    char path[300];
    unsigned char keys[KEY_MAX / 8 + 1] = {0};
    snprintf(path, sizeof path, "/dev/input/%s", entry->d_name);
    int input = open(path, O_RDONLY);
    if (input >= 0 && ioctl(input, EVIOCGBIT(EV_KEY, sizeof keys), keys) >= 0 &&
        (keys[KEY_POWER / 8] >> KEY_POWER % 8 & 1)) {
      button = input;
    } else if (input >= 0) {
      close(input);
    }
  }
  struct input_event event;
  while (button >= 0 && read(button, &event, sizeof event) == sizeof event) {
    if (event.type == EV_KEY && event.code == KEY_POWER && event.value == 1) {
      printf("@drover stopping=1\n");
      reboot(RB_POWER_OFF);
    }
  }
  printf("workload: no power button\n");
  return unused;
}

static void start(void *(*body)(void *)) {
  pthread_t thread;
  int error = pthread_create(&thread, NULL, body, NULL);
  if (error != 0) {
    printf("workload: no thread: %s\n", strerror(error));
  }
}

static void *map_bytes(size_t bytes) {
  void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (at == MAP_FAILED) {
    printf("@drover failed=no_memory\nworkload: %zu bytes: %s\n", bytes, strerror(errno));
    pause();
  }
  return at;
}

static void report(long gap_us) {
  struct timespec up;
  clock_gettime(CLOCK_BOOTTIME, &up);
  printf("@drover beats=%ld lost=%ld repeated=%ld corrupted=%ld gap_us=%ld max_gap_us=%ld "
         "pause_us=%ld pauses=%ld uptime_s=%lld.%03ld written=%ld checked=%ld stale=%ld wrong=%ld\n",
         atomic_load(&beats), atomic_load(&lost), atomic_load(&repeated), atomic_load(&corrupted),
         gap_us, atomic_load(&max_gap_us), atomic_load(&pause_us), atomic_load(&pauses),
         (long long)up.tv_sec, up.tv_nsec / 1000000, atomic_load(&written), atomic_load(&checked),
         atomic_load(&stale), atomic_load(&wrong));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 4096); /* whole lines, whoever prints */
  page_count = setting("working_set_mib", 16) * (1L << 20) / PAGE;
  page_count += page_count % 7919 == 0; /* the step must not divide the number of pages */
  dirty_per_s = setting("dirty_pages_per_s", 500);
  check_per_s = setting("check_pages_per_s", 4000);
  ring = map_bytes(RING * sizeof *ring);
  pages = map_bytes((size_t)(page_count + 1) * PAGE);
  start(beat_main);
  start(memory_main);
  start(button_main);
  long windows[GAP_WINDOWS] = {0};
  int64_t due = now_us();
  /* Until the first change of the second, a pause would go unseen: nothing is reported before. */
  for (int64_t begin = due; !atomic_load(&sees_pauses) && due < begin + RTC_WAIT_US;) {
    due += 20000;
    sleep_until_us(due);
  }
  for (int i = 0;; i = (i + 1) % GAP_WINDOWS) {
    due += REPORT_US;
    sleep_until_us(due);
    windows[i] = atomic_exchange(&gap_now_us, 0);
    long gap_us = 0;
    for (int j = 0; j < GAP_WINDOWS; j++) {
      gap_us = windows[j] > gap_us ? windows[j] : gap_us;
    }
    report(gap_us);
    int64_t at = now_us();
    due = due < at ? at : due;
  }
}
