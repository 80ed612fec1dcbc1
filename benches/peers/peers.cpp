// Other programs' libraries on the machine that the benches run on: each line is a name and the nanoseconds of processor time, all
// threads together, that a unit takes, best of several. `benches/run.sh` builds and runs it where the libraries are.
#include <AL/alc.h>
#include <AL/alext.h>
#include <ebur128.h>
#include <sndfile.h>
#include <zita-convolver.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace {

constexpr unsigned RATE = 48000;
constexpr unsigned TAPS = 512;
using Samples = std::vector<float>;

double now() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + 1e-9 * time.tv_nsec;
}

/// Nanoseconds of one unit, of the fastest of `runs` pieces of `units`.
template <typename Work>
double best(int runs, double units, Work work) {
    work();
    double fastest = INFINITY;
    for (int run = 0; run < runs; ++run) {
        double start = now();
        work();
        fastest = std::fmin(fastest, now() - start);
    }
    return 1e9 * fastest / units;
}

Samples noise(unsigned seed, size_t length) {
    Samples samples(length);
    unsigned long state = seed;
    for (float &sample : samples) {
        state = state * 6364136223846793005UL + 1442695040888963407UL;
        sample = static_cast<float>(state >> 33) / (1U << 30) - 1.0f;
    }
    return samples;
}

void say(const char *name, unsigned number, double value) { std::printf("%s-%u %.3f\n", name, number, value); }

[[noreturn]] void fail(const char *what) {
    std::fprintf(stderr, "peers: %s\n", what);
    std::exit(1);
}

/// `inputs` sources to two ears, or one channel to one, each through `taps`.
double zita(unsigned inputs, unsigned outputs, unsigned taps, unsigned block, unsigned largest) {
    Convproc convolver;
    convolver.set_options(Convproc::OPT_FFTW_MEASURE | Convproc::OPT_VECTOR_MODE);
    if (convolver.configure(inputs, outputs, taps, block, block, largest, 0.0f)) fail("zita-convolver: configure");
    for (unsigned input = 0; input < inputs; ++input)
        for (unsigned output = 0; output < outputs; ++output) {
            Samples response = noise(7 * input + output, taps);
            convolver.impdata_create(input, output, 1, response.data(), 0, static_cast<int>(taps));
        }
    if (convolver.start_process(0, 0)) fail("zita-convolver: start");
    Samples input = noise(1, block);
    unsigned blocks = std::max(1U, 4 * RATE / block / std::min(inputs, 16U));
    double taken = best(15, double(blocks) * block * inputs, [&] {
        for (unsigned done = 0; done < blocks; ++done) {
            for (unsigned number = 0; number < inputs; ++number)
                std::copy(input.begin(), input.end(), convolver.inpdata(number));
            convolver.process(true);
        }
    });
    convolver.stop_process();
    convolver.cleanup();
    return taken;
}

/// Sources that circle at 90 degrees a second, rendered by OpenAL Soft's own HRTF.
double openal(unsigned sources, unsigned block) {
    auto open = reinterpret_cast<LPALCLOOPBACKOPENDEVICESOFT>(alcGetProcAddress(nullptr, "alcLoopbackOpenDeviceSOFT"));
    auto render = reinterpret_cast<LPALCRENDERSAMPLESSOFT>(alcGetProcAddress(nullptr, "alcRenderSamplesSOFT"));
    ALCdevice *device = open ? open(nullptr) : nullptr;
    const ALCint wanted[] = {ALC_FORMAT_CHANNELS_SOFT, ALC_STEREO_SOFT, ALC_FORMAT_TYPE_SOFT, ALC_FLOAT_SOFT,
                             ALC_FREQUENCY, RATE, ALC_HRTF_SOFT, ALC_TRUE, ALC_MONO_SOURCES, 256, 0};
    ALCcontext *context = device ? alcCreateContext(device, wanted) : nullptr;
    if (!context || !alcMakeContextCurrent(context)) fail("OpenAL: no loopback device");
    ALCint is_hrtf = 0;
    alcGetIntegerv(device, ALC_HRTF_SOFT, 1, &is_hrtf);
    if (!is_hrtf) fail("OpenAL: no HRTF");
    Samples sound = noise(3, RATE);
    std::vector<ALuint> voices(sources), buffers(1);
    alGenBuffers(1, buffers.data());
    alBufferData(buffers[0], AL_FORMAT_MONO_FLOAT32, sound.data(), ALsizei(sound.size() * sizeof(float)), RATE);
    alGenSources(ALsizei(sources), voices.data());
    for (ALuint voice : voices) {
        alSourcei(voice, AL_BUFFER, ALint(buffers[0]));
        alSourcei(voice, AL_LOOPING, AL_TRUE);
        alSourcePlay(voice);
    }
    if (alGetError() != AL_NO_ERROR) fail("OpenAL: sources");
    Samples feed(2 * block);
    double seconds = 0.0;
    unsigned blocks = std::max(1U, RATE / 4 / block);
    double taken = best(9, double(blocks) * block * sources, [&] {
        for (unsigned done = 0; done < blocks; ++done) {
            for (unsigned number = 0; number < sources; ++number) {
                double angle = (37.0 * number + 90.0 * seconds) * M_PI / 180.0;
                alSource3f(voices[number], AL_POSITION, float(std::sin(angle)), 0.1f * float(number % 7),
                           float(-std::cos(angle)));
            }
            render(device, feed.data(), ALsizei(block));
            seconds += double(block) / RATE;
        }
    });
    alDeleteSources(ALsizei(sources), voices.data());
    alDeleteBuffers(1, buffers.data());
    alcMakeContextCurrent(nullptr);
    alcDestroyContext(context);
    alcCloseDevice(device);
    return taken;
}

/// Noise of `channels`, a sample of a channel.
double loudness(unsigned channels, int mode) {
    unsigned frames = 5 * RATE, block = 2048;
    Samples sound = noise(5, size_t(frames) * channels);
    return best(5, double(frames) * channels, [&] {
        ebur128_state *state = ebur128_init(channels, RATE, mode);
        if (!state) fail("libebur128");
        for (unsigned channel = 0; channel < channels; ++channel)
            ebur128_set_channel(state, channel, channel == 3 ? EBUR128_UNUSED : EBUR128_LEFT);
        for (unsigned at = 0; at < frames; at += block)
            ebur128_add_frames_float(state, &sound[size_t(at) * channels], std::min(block, frames - at));
        double lufs = 0.0;
        ebur128_loudness_global(state, &lufs);
        ebur128_destroy(&state);
    });
}

/// A file of 128 channels of 24 bits, which is written to `path` first, decoded and put into planes, a sample.
double sndfile(const char *path) {
    SF_INFO info = {};
    info.samplerate = RATE, info.channels = 128, info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_24;
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    if (!file) fail("libsndfile: can't write the file");
    Samples second = noise(9, size_t(RATE) * 128);
    for (int written = 0; written < 5; ++written) sf_writef_float(file, second.data(), RATE);
    sf_close(file);
    info = {};
    file = sf_open(path, SFM_READ, &info);
    if (!file) fail("libsndfile: can't open the file");
    constexpr sf_count_t block = 2048;
    // Planes of a length that is no power of two.
    std::vector<Samples> planes(size_t(info.channels), Samples(block + 16));
    Samples interleaved(size_t(block * info.channels));
    double taken = best(5, double(info.frames) * info.channels, [&] {
        sf_seek(file, 0, SEEK_SET);
        for (sf_count_t got; (got = sf_readf_float(file, interleaved.data(), block)) > 0;)
            for (int channel = 0; channel < info.channels; ++channel)
                for (sf_count_t frame = 0; frame < got; ++frame)
                    planes[size_t(channel)][size_t(frame)] = interleaved[size_t(frame * info.channels + channel)];
    });
    sf_close(file);
    return taken;
}

}  // namespace

int main(int count, char **arguments) {
    for (unsigned block : {1024U, 256U}) {
        say("zita-static", block, zita(64, 2, TAPS, block, block));
        say("openal-moving", block, openal(64, block));
        say("openal-moving-one", block, openal(1, block));
    }
    say("zita-single", 256, zita(1, 2, TAPS, 256, 256));
    for (unsigned seconds : {1U, 4U}) say("zita-long", seconds, zita(1, 1, seconds * RATE, 256, Convproc::MAXPART));
    say("libebur128-integrated", 12, loudness(12, EBUR128_MODE_I));
    say("libebur128-peak", 12, loudness(12, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK));
    if (count > 1) say("libsndfile-read", 128, sndfile(arguments[1]));
    return 0;
}
